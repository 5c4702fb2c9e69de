package io.waybill.server.s3.fake;

import java.util.Map;
import java.util.function.Supplier;

/** A store that has other words than NoSuchUpload for a multipart upload it does not know. */
public final class UnknownUploads implements FakeAwsS3.Personality {
  private final Map<String, S3Error> answers;

  private UnknownUploads(Map<String, S3Error> answers) {
    this.answers = answers;
  }

  /** NoSuchKey, and an error of its own where one is to be completed. */
  public static UnknownUploads ofCeph() {
    return new UnknownUploads(
        Map.of(
            "ListParts", S3Error.noSuchKey(),
            "AbortMultipartUpload", S3Error.noSuchKey(),
            "CompleteMultipartUpload", new S3Error(500, "UnknownError", "")));
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    Answer answer = honest.get();
    S3Error other = answers.get(call.operation());
    return other != null && answer.status() == 404 ? other.toAnswer() : answer;
  }
}
