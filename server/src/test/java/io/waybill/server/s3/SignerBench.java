package io.waybill.server.s3;

import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UrlSigner;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * What a signed URL costs, in CPU time of the thread that signs: ours, the SDK's presigner, and the
 * HMAC that no signature can do without. All run in one warm process, by turns, and what is told is
 * the ratio of medians of rounds.
 */
public final class SignerBench {
  private static final int PARTS = 10_000;
  private static final int TOKEN_CHARS = 1024;

  /** As long as Amazon's are (from the AWS CLI's reference of create-multipart-upload). */
  private static final String UPLOAD_ID =
      "dfRtDYU0WWCCcH43C3WFbkRONycyCpTJJvxu2i5GYkZljF.Yxwh6XG7WfS2vC4to6HiV6Yjlx.cph0gtNBtJ8P3URC"
          + "SbB7rjxI5iEwVDmgaXZOGgkk5nVTW16HOQ5l0R";

  /**
   * What was measured.
   *
   * @param hmacNanos one HMAC-SHA256 of 150 bytes, its key at hand
   * @param sdkNanos one URL by S3Presigner
   * @param sdkTokenNanos the same with a session token of 1 KiB
   * @param oursNanos one URL by ours, as one of many parts in a row
   * @param oursTokenNanos the same with the token
   * @param oursAloneNanos one URL where no two in a row are for the same upload
   * @param oursAloneTokenNanos the same with the token
   */
  public record Result(
      double hmacNanos,
      double sdkNanos,
      double sdkTokenNanos,
      double oursNanos,
      double oursTokenNanos,
      double oursAloneNanos,
      double oursAloneTokenNanos) {

    public double signVsS3Presigner() {
      return sdkNanos / oursNanos;
    }

    public double signTokenVsS3Presigner() {
      return sdkTokenNanos / oursTokenNanos;
    }

    public double signVsHmac() {
      return oursNanos / hmacNanos;
    }
  }

  /** One thing to measure, and how often it is done in a round. */
  private record Work(int times, IntUnaryOperator once) {}

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Instant begin = Instant.now();
  private final Instant end = begin.plus(Duration.ofHours(1));

  /** Kept, so that nothing is optimised away. */
  @SuppressWarnings("UnusedVariable")
  private volatile int sink;

  private SignerBench() {}

  /** The table and the lines of the benchmark; the argument is how many rounds. */
  public static void main(String[] arguments) {
    int rounds = arguments.length == 0 ? 15 : Integer.parseInt(arguments[0]);
    Result r = run(rounds, Duration.ofMillis(60));
    System.out.printf("%-34s %9s %9s%n", "CPU per URL, ns", "no token", "token");
    System.out.printf("%-34s %9.0f %9.0f%n", "S3Presigner", r.sdkNanos, r.sdkTokenNanos);
    System.out.printf("%-34s %9.0f %9.0f%n", "ours, parts in a row", r.oursNanos, r.oursTokenNanos);
    System.out.printf(
        "%-34s %9.0f %9.0f%n",
        "ours, another upload each time", r.oursAloneNanos, r.oursAloneTokenNanos);
    System.out.printf("%-34s %9.0f%n", "HMAC-SHA256 of 150 bytes", r.hmacNanos);
    System.out.printf("bench sign_vs_s3presigner %.1f%n", r.signVsS3Presigner());
    System.out.printf("bench sign_token_vs_s3presigner %.1f%n", r.signTokenVsS3Presigner());
    System.out.printf("bench sign_vs_hmac %.2f%n", r.signVsHmac());
  }

  /**
   * Measures.
   *
   * @param rounds how many, of which the medians are taken
   * @param slice about how long each variant runs in each round
   */
  public static Result run(int rounds, Duration slice) {
    return new SignerBench().measure(rounds, slice);
  }

  private Result measure(int rounds, Duration slice) {
    String token = "IQoJb3JpZ2luX2Vj/+=".repeat(60).substring(0, TOKEN_CHARS);
    try (SdkUrlSigner sdk = sdk(null);
        SdkUrlSigner sdkToken = sdk(token)) {
      List<Work> works =
          List.of(
              calibrated(hmac(), slice),
              calibrated(inARow(sdk), slice),
              calibrated(inARow(sdkToken), slice),
              calibrated(inARow(ours(null)), slice),
              calibrated(inARow(ours(token)), slice),
              calibrated(byTurns(ours(null)), slice),
              calibrated(byTurns(ours(token)), slice));
      double[][] nanos = new double[works.size()][rounds];
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < works.size(); i++) {
          nanos[i][round] = nanosPerTime(works.get(i));
        }
      }
      double[] m = Arrays.stream(nanos).mapToDouble(SignerBench::median).toArray();
      return new Result(m[0], m[1], m[2], m[3], m[4], m[5], m[6]);
    }
  }

  /** Warms up, until a round takes its time. */
  private Work calibrated(IntUnaryOperator once, Duration slice) {
    long wanted = slice.toNanos();
    Work work = new Work(1000, once);
    double spent = 0;
    double nanos = 0;
    while (spent < 20.0 * wanted) {
      nanos = nanosPerTime(work);
      spent += nanos * work.times;
    }
    return new Work((int) Math.max(100, wanted / nanos), once);
  }

  private double nanosPerTime(Work work) {
    int kept = 0;
    long begin = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < work.times; i++) {
      kept ^= work.once.applyAsInt(i);
    }
    long spent = threads.getCurrentThreadCpuTime() - begin;
    sink = kept;
    return (double) spent / work.times;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private IntUnaryOperator inARow(UrlSigner signer) {
    Upload upload = upload();
    return i -> signer.sign(upload, 1 + i % PARTS, null, begin, end).url().length();
  }

  private IntUnaryOperator byTurns(UrlSigner signer) {
    Upload[] uploads = {upload(), upload()};
    return i -> signer.sign(uploads[i & 1], 1 + i % PARTS, null, begin, end).url().length();
  }

  private static IntUnaryOperator hmac() {
    byte[] message = new byte[150];
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
      return i -> {
        message[i % message.length]++;
        return mac.doFinal(message)[0];
      };
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HmacSHA256", e);
    }
  }

  private static Upload upload() {
    UploadSpec spec =
        TestUploads.multipart(
                PartPlan.inParts(PARTS * S3Limits.MIN_PART_BYTES, S3Limits.MIN_PART_BYTES))
            .spec();
    return TestUploads.active(spec, UPLOAD_ID);
  }

  private static SigV4UrlSigner ours(@Nullable String token) {
    return new SigV4UrlSigner(connections(), credentials(token), InstantSource.system());
  }

  private static SdkUrlSigner sdk(@Nullable String token) {
    return new SdkUrlSigner(connections(), credentials(token));
  }

  private static List<S3Connection> connections() {
    return List.of(new S3Connection(TestUploads.DESTINATION, "eu-central-1", null, null, false));
  }

  private static StaticCredentialsProvider credentials(@Nullable String token) {
    String accessKey = "AKIAIOSFODNN7EXAMPLE";
    String secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    AwsCredentials credentials =
        token == null
            ? AwsBasicCredentials.create(accessKey, secretKey)
            : AwsSessionCredentials.create(accessKey, secretKey, token);
    return StaticCredentialsProvider.create(credentials);
  }
}
