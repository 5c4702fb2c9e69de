package io.waybill.server.s3.fake;

import io.waybill.server.s3.fake.FakeAwsS3.Personality;

/** A store whose objects have no tags: 501 to whoever asks, as Swift and S3Proxy answer. */
public final class NoTags {
  private NoTags() {}

  public static Personality here() {
    return (call, honest) ->
        call.operation().endsWith("ObjectTagging")
            ? new S3Error(501, "NotImplemented", "The requested resource is not implemented")
                .toAnswer()
            : honest.get();
  }
}
