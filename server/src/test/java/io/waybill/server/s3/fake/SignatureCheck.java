package io.waybill.server.s3.fake;

import java.time.Clock;
import java.util.Optional;

/** Whether a request would get past the fake's door, for a server that is not the fake. */
public final class SignatureCheck {
  private final SigV4Check check;

  public SignatureCheck(String accessKey, String secretKey, String region) {
    this.check = new SigV4Check(accessKey, secretKey, region, Clock.systemUTC());
  }

  /** What S3 would answer where it would refuse. The signature of a trailer is not looked at. */
  public Optional<Answer> refusal(Call call) {
    try {
      check.check(call);
      return Optional.empty();
    } catch (S3Error e) {
      return Optional.of(e.toAnswer());
    }
  }
}
