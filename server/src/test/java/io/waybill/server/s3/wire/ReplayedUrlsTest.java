package io.waybill.server.s3.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.waybill.server.dev.EmbeddedS3;
import io.waybill.server.s3.ImpatientS3;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.TestChecksums;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * Every URL that was ever issued, sent again while its signature still holds: with its own bytes,
 * with others, and with other headers. No finished object changes (I8), and of a dead upload
 * nothing is left once the sweeper has passed (I4).
 */
class ReplayedUrlsTest {
  private static final AwsBasicCredentials KEYS =
      AwsBasicCredentials.create("replayed-access", "replayed-key");
  private static final List<ChecksumAlgorithm> ALGORITHMS = List.of(ChecksumAlgorithm.values());
  private static final int UPLOADS = 12;
  private static final int PART_BYTES = 5 << 20;

  @TempDir static Path folder;
  private static FakeAwsS3 fake;
  private static EmbeddedS3 proxied;
  private static int lastBucket;

  /** One upload of the mix. */
  private record Mixed(
      boolean strict, UploadMode mode, ChecksumAlgorithm algorithm, int sizeBytes, long seed) {
    @Override
    public String toString() {
      return "%s %s %s %d bytes seed=%d"
          .formatted(strict ? "FakeAwsS3" : "S3Proxy", mode, algorithm, sizeBytes, seed);
    }
  }

  @BeforeAll
  static void open() throws IOException {
    List<String> buckets = IntStream.range(0, 100).mapToObj(n -> "replayed-" + n).toList();
    fake =
        FakeAwsS3.start(
            KEYS.accessKeyId(),
            KEYS.secretAccessKey(),
            FakeAwsS3.MIN_PART_BYTES,
            Clock.systemUTC(),
            buckets);
    proxied =
        EmbeddedS3.start(
            folder, 0, KEYS.accessKeyId(), KEYS.secretAccessKey(), buckets, (key, part) -> {});
  }

  @AfterAll
  static void close() {
    fake.close();
    // It may still be at work on bodies that were cut off.
    await().atMost(Duration.ofMinutes(1)).ignoreExceptions().untilAsserted(proxied::close);
  }

  static Stream<Mixed> mix() {
    long seed = Long.getLong("waybill.chaos.replayed.seed", 1);
    Random random = new Random(seed);
    return Stream.generate(() -> random)
        .limit(UPLOADS)
        .map(
            r -> {
              UploadMode mode = r.nextBoolean() ? UploadMode.SINGLE : UploadMode.MULTIPART;
              int extra = 1 + r.nextInt(1_000);
              return new Mixed(
                  r.nextBoolean(),
                  mode,
                  ALGORITHMS.get(r.nextInt(ALGORITHMS.size())),
                  mode == UploadMode.SINGLE ? extra : r.nextInt(2) * PART_BYTES + extra,
                  r.nextLong());
            });
  }

  @ParameterizedTest
  @MethodSource("mix")
  void changeNoFinishedObject(Mixed mixed) {
    try (S3Storage storage = storage(mixed);
        RealS3 all = truth(mixed)) {
      String bucket = nextBucket();
      Waybill waybill = new Waybill(storage, bucket, Set.of());
      byte[] file = bytes(mixed, 1);
      Issued issued = new Issued(waybill, start(waybill, mixed));
      issued.signAndPut(file);
      issued.sign(bytes(mixed, 2));
      Upload completed = waybill.complete(issued.upload);
      Instant made = madeAt(all, bucket, completed);

      issued.replay();

      all.of(bucket).assertHoldsJust(completed, file);
      assertThat(madeAt(all, bucket, completed)).isEqualTo(made);
      waybill.advance(Timing.DEFAULT.putGrace().plusDays(1));
      waybill.sweep();
      all.of(bucket).assertHoldsJust(waybill.now(completed), file);
    }
  }

  @ParameterizedTest
  @MethodSource("mix")
  void leaveNothingOfADeadUpload(Mixed mixed) {
    try (S3Storage storage = storage(mixed);
        RealS3 all = truth(mixed)) {
      String bucket = nextBucket();
      Waybill waybill = new Waybill(storage, bucket, Set.of());
      Issued issued = new Issued(waybill, start(waybill, mixed));
      issued.signAndPut(bytes(mixed, 1));
      issued.sign(bytes(mixed, 2));
      Upload aborted = waybill.abort(issued.upload);
      assertThat(aborted.state().isTerminal()).isTrue();

      issued.replay();
      if (mixed.mode() == UploadMode.SINGLE) {
        assertThat(all.of(bucket).keys()).as("the signature still holds").hasSize(1);
      }

      waybill.advance(Timing.DEFAULT.putGrace().plusDays(1));
      waybill.sweep();
      all.of(bucket).assertHoldsNothing();
    }
  }

  private static Upload start(Waybill waybill, Mixed mixed) {
    return waybill.start(Waybill.OWN_KEYS, mixed.mode(), mixed.algorithm(), mixed.sizeBytes());
  }

  /** All URLs of one upload, each with the bytes it was signed for. */
  private static final class Issued {
    private record Url(SignedPart part, ByteString content) {
      byte[] bytes() {
        return content.toByteArray();
      }
    }

    private final Waybill waybill;
    private final Upload upload;
    private final List<Url> urls = new ArrayList<>();

    Issued(Waybill waybill, Upload upload) {
      this.waybill = waybill;
      this.upload = upload;
    }

    void signAndPut(byte[] file) {
      sign(file).forEach(url -> Uploader.put(url.part(), url.bytes()));
    }

    List<Url> sign(byte[] file) {
      List<Url> signed = new ArrayList<>();
      int size = (int) upload.spec().plan().sizeOf(1);
      for (int n = 1; n <= upload.spec().plan().partCount(); n++) {
        int from = (n - 1) * size;
        byte[] part = Arrays.copyOfRange(file, from, Math.min(from + size, file.length));
        var checksum = TestChecksums.of(upload.spec().algorithm(), part);
        signed.add(new Url(waybill.sign(upload, n, checksum), ByteString.copyFrom(part)));
      }
      urls.addAll(signed);
      return signed;
    }

    void replay() {
      for (Url url : urls) {
        byte[] other = url.bytes();
        other[other.length - 1] ^= 1;
        Uploader.tryPut(url.part(), url.bytes());
        Uploader.tryPut(url.part(), other);
        Uploader.tryPut(url.part(), Arrays.copyOf(other, other.length + 1));
        Uploader.tryPut(withChecksumOf(url.part(), other), other);
        Uploader.tryPut(with(url.part(), Map.of()), other);
        Uploader.tryPut(without(url.part(), "if-none-match"), other);
      }
    }

    private SignedPart withChecksumOf(SignedPart part, byte[] bytes) {
      Map<String, String> headers = new TreeMap<>(part.headers());
      var checksum = TestChecksums.of(upload.spec().algorithm(), bytes);
      if (checksum != null) {
        headers.replaceAll(
            (name, value) ->
                name.equals("content-md5") || name.startsWith("x-amz-checksum-")
                    ? checksum.toBase64()
                    : value);
      }
      return with(part, headers);
    }

    private static SignedPart without(SignedPart part, String header) {
      Map<String, String> headers = new TreeMap<>(part.headers());
      headers.remove(header);
      return with(part, headers);
    }

    private static SignedPart with(SignedPart part, Map<String, String> headers) {
      return new SignedPart(
          part.number(),
          part.method(),
          part.url(),
          headers,
          part.offsetBytes(),
          part.sizeBytes(),
          part.expireTime(),
          part.reportHeaders());
    }
  }

  private static Instant madeAt(RealS3 all, String bucket, Upload upload) {
    return all.client().headObject(h -> h.bucket(bucket).key(upload.spec().key())).lastModified();
  }

  private static S3Storage storage(Mixed mixed) {
    var endpoint = mixed.strict() ? fake.endpoint() : proxied.endpoint();
    return ImpatientS3.open(
        Waybill.DESTINATIONS, endpoint, endpoint, FakeAwsS3.REGION, KEYS, Duration.ofSeconds(20));
  }

  private static RealS3 truth(Mixed mixed) {
    var endpoint = mixed.strict() ? fake.endpoint() : proxied.endpoint();
    return RealS3.at(endpoint, FakeAwsS3.REGION, KEYS);
  }

  private static String nextBucket() {
    return "replayed-" + lastBucket++;
  }

  private static byte[] bytes(Mixed mixed, int which) {
    byte[] bytes = new byte[mixed.sizeBytes()];
    new Random(mixed.seed() + which).nextBytes(bytes);
    return bytes;
  }
}
