package io.waybill.server.s3;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Sessions, checksums and credentials of every kind there is, the odd ones more often. */
final class RandomUploads {
  private static final String[] KEY_PIECES = {
    " ",
    "%",
    "+",
    "&",
    "=",
    "~",
    "'",
    "\"",
    ".",
    "..",
    "/",
    "//",
    "/../",
    "/./",
    "%20",
    "%2F",
    "?",
    "#",
    "*",
    "!",
    "(",
    ")",
    ";",
    ":",
    "@",
    ",",
    "$",
    "[",
    "]",
    "{",
    "}",
    "|",
    "\\",
    "^",
    "`",
    "<",
    ">",
    "\u007f",
    "\u0080",
    "\uffff",
    "é",
    "e\u0301",
    "日本",
    "😀",
    "\ud83c\uddea\ud83c\uddfa",
    "a",
    "Z",
    "0",
    "-",
    "_",
    "film.mp4",
    "in/"
  };
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  private static final String NAME = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

  private final Random random;

  RandomUploads(Random random) {
    this.random = random;
  }

  Upload upload(String destination, String bucket) {
    boolean single = random.nextInt(4) == 0;
    UploadSpec spec =
        new UploadSpec(
            UploadId.of(Instant.now(), random),
            "tenant",
            "request",
            "digest",
            destination,
            bucket,
            key(),
            "film.mp4",
            random.nextInt(8) == 0 ? printable(40) : "video/mp4; codecs=\"avc1\"",
            single ? UploadMode.SINGLE : UploadMode.MULTIPART,
            single ? PartPlan.whole(size(S3Limits.MAX_PART_BYTES)) : plan(),
            one(ChecksumAlgorithm.values()),
            metadata(),
            random.nextBoolean(),
            Duration.ofHours(1),
            CREATED,
            CREATED.plus(Duration.ofDays(7)));
    return TestUploads.active(spec, single ? "" : storageUploadId());
  }

  int partNumber(Upload upload) {
    int count = upload.spec().plan().partCount();
    return random.nextInt(8) == 0 ? count : 1 + random.nextInt(count);
  }

  @Nullable Checksum checksum(ChecksumAlgorithm algorithm) {
    if (algorithm == ChecksumAlgorithm.NONE) {
      return null;
    }
    byte[] bytes = new byte[algorithm.lengthBytes()];
    random.nextBytes(bytes);
    return Checksum.of(bytes);
  }

  /** Some end, some are surrounded by spaces. */
  AwsCredentials credentials(Instant now) {
    String accessKey = random.nextInt(8) == 0 ? chars(BASE64, 16) : "ASIA" + chars(NAME, 16);
    String secretKey = (random.nextInt(8) == 0 ? " " : "") + chars(BASE64, 40);
    if (random.nextBoolean()) {
      return AwsBasicCredentials.create(accessKey, secretKey);
    }
    AwsSessionCredentials.Builder session =
        AwsSessionCredentials.builder()
            .accessKeyId(accessKey)
            .secretAccessKey(secretKey)
            .sessionToken(chars(BASE64, 1 + random.nextInt(1500)) + one("", "=", "=="));
    if (random.nextBoolean()) {
      session.expirationTime(now.plusMillis(65_000 + random.nextInt(7_200_000)));
    }
    return session.build();
  }

  /** Seconds, mostly of minutes; at times more than S3 signs for. */
  Duration life() {
    return Duration.ofMillis(
        random.nextInt(8) == 0
            ? random.nextLong(2_000, 20 * 86_400_000L)
            : random.nextLong(2_000, 3_600_000));
  }

  /** Any time in four centuries, at times around a midnight. */
  Instant instant() {
    long day = random.nextLong(0, 146_097);
    long millis =
        random.nextInt(4) == 0 ? random.nextLong(-2_000, 2_000) : random.nextLong(0, 86_400_000);
    return Instant.parse("1970-01-02T00:00:00Z").plusMillis(day * 86_400_000 + millis);
  }

  @SafeVarargs
  final <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }

  private String key() {
    StringBuilder key = new StringBuilder();
    do {
      if (random.nextInt(8) == 0) {
        key.appendCodePoint(codePoint());
      } else {
        key.append(one(KEY_PIECES));
      }
    } while (random.nextInt(12) > 0);
    return key.toString();
  }

  private int codePoint() {
    int c = random.nextInt(' ', Character.MAX_CODE_POINT + 1);
    return Character.getType(c) == Character.SURROGATE ? 'x' : c;
  }

  private String storageUploadId() {
    return random.nextInt(8) == 0
        ? key()
        : chars(BASE64.replace('/', '_'), 32 + random.nextInt(150));
  }

  private PartPlan plan() {
    return PartPlan.inParts(
        size(S3Limits.MAX_OBJECT_BYTES), random.nextLong(S3Limits.MIN_PART_BYTES, 64 << 20));
  }

  /** Of every order of magnitude. */
  private long size(long most) {
    return random.nextLong(1L << random.nextInt(63)) % (most + 1);
  }

  private Map<String, String> metadata() {
    Map<String, String> metadata = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      metadata.put(chars(NAME, 1 + random.nextInt(12)), printable(random.nextInt(30)));
    }
    return metadata;
  }

  /** Printable ASCII with many spaces, some of them in a row and at the ends. */
  private String printable(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(random.nextInt(3) == 0 ? ' ' : (char) random.nextInt(' ', '~' + 1));
    }
    return text.toString();
  }

  private String chars(String of, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(of.charAt(random.nextInt(of.length())));
    }
    return text.toString();
  }
}
