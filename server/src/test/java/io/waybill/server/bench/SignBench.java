package io.waybill.server.bench;

import io.waybill.server.s3.SignerBench;
import java.time.Duration;
import java.util.Locale;

/** The signer alone, in this process: see {@link SignerBench}. */
final class SignBench implements Benchmark {
  @Override
  public String name() {
    return "sign";
  }

  @Override
  public void run(Settings settings, Figures figures) {
    SignerBench.Result result =
        SignerBench.run(
            settings.pick(15, 3), settings.pick(Duration.ofMillis(60), Duration.ofMillis(5)));
    figures.put(Figure.SIGN_VS_S3PRESIGNER, result.signVsS3Presigner());
    figures.put(Figure.SIGN_TOKEN_VS_S3PRESIGNER, result.signTokenVsS3Presigner());
    figures.put(Figure.SIGN_VS_HMAC, result.signVsHmac());
    figures.note(
        String.format(
            Locale.ROOT,
            "a URL: ours %.2f µs, S3Presigner %.1f µs; with a token %.2f and %.1f; an HMAC %.2f",
            result.oursNanos() / 1e3,
            result.sdkNanos() / 1e3,
            result.oursTokenNanos() / 1e3,
            result.sdkTokenNanos() / 1e3,
            result.hmacNanos() / 1e3));
  }
}
