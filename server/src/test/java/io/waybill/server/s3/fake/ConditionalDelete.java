package io.waybill.server.s3.fake;

import io.waybill.server.s3.fake.FakeAwsS3.Personality;

/** What stores other than Amazon's do with If-Match on DELETE. */
public final class ConditionalDelete {
  private ConditionalDelete() {}

  /** 501, as LocalStack and older stores answer. */
  public static Personality isNotImplemented() {
    return (call, honest) ->
        isConditional(call)
            ? new S3Error(
                    501,
                    "NotImplemented",
                    "A header you provided implies functionality that is not implemented")
                .toAnswer()
            : honest.get();
  }

  /**
   * 412, whatever the ETag, for an object that was made of parts: Swift compares with another ETag
   * than the one it shows.
   */
  public static Personality failsForWhatWasMadeOfParts(FakeAwsS3 s3) {
    return (call, honest) -> {
      boolean ofParts =
          isConditional(call)
              && s3.object(call.bucket(), call.key())
                  .filter(object -> object.etag().contains("-"))
                  .isPresent();
      return ofParts ? S3Error.preconditionFailed().toAnswer() : honest.get();
    };
  }

  private static boolean isConditional(Call call) {
    return call.operation().equals("DeleteObject") && call.header("if-match").isPresent();
  }
}
