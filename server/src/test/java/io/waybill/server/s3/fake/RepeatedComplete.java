package io.waybill.server.s3.fake;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** A store that does not know what it has completed: the second Complete of an upload fails. */
public final class RepeatedComplete implements FakeAwsS3.Personality {
  private final S3Error second;
  private final Set<String> completed = ConcurrentHashMap.newKeySet();

  private RepeatedComplete(S3Error second) {
    this.second = second;
  }

  /** As most stores that are not Amazon's. */
  public static RepeatedComplete isGone() {
    return new RepeatedComplete(S3Error.noSuchUpload());
  }

  /** As Ceph. */
  public static RepeatedComplete breaks() {
    return new RepeatedComplete(new S3Error(500, "InternalError", "We encountered an error"));
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    if (!call.operation().equals("CompleteMultipartUpload")) {
      return honest.get();
    }
    String id = call.parameter("uploadId").orElse("");
    if (completed.contains(id)) {
      return second.toAnswer();
    }
    Answer answer = honest.get();
    if (answer.status() == 200) {
      completed.add(id);
    }
    return answer;
  }
}
