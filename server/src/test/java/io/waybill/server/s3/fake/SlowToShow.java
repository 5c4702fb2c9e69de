package io.waybill.server.s3.fake;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A store where an object that was just completed takes a while to show: the first few times HEAD
 * says that it is absent, and the list still has its upload.
 */
public final class SlowToShow implements FakeAwsS3.Personality {
  private final FakeAwsS3.Personality inner;
  private final int lag;
  private final Map<String, Fresh> byKey = new ConcurrentHashMap<>();

  private record Fresh(String uploadId, AtomicInteger heads, AtomicInteger lists) {}

  /**
   * Makes one.
   *
   * @param lag how many answers are stale
   * @param inner how it is otherwise
   */
  public SlowToShow(int lag, FakeAwsS3.Personality inner) {
    this.lag = lag;
    this.inner = inner;
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    if (call.operation().equals("ListMultipartUploads")) {
      return listing(call, honest);
    }
    Fresh fresh = byKey.get(call.key());
    if (call.operation().equals("HeadObject") && fresh != null && isLeft(fresh.heads())) {
      return Answer.of(404, Map.of());
    }
    Answer answer = inner.answer(call, honest);
    if (call.operation().equals("CompleteMultipartUpload") && answer.status() == 200) {
      String id = call.parameter("uploadId").orElse("");
      byKey.putIfAbsent(call.key(), new Fresh(id, new AtomicInteger(lag), new AtomicInteger(lag)));
    }
    return answer;
  }

  private Answer listing(Call call, Supplier<Answer> honest) {
    String key = call.parameter("prefix").orElse("");
    Fresh fresh = byKey.get(key);
    if (fresh == null || !isLeft(fresh.lists())) {
      return inner.answer(call, honest);
    }
    Xml xml = new Xml().open("ListMultipartUploadsResult").text("Bucket", call.bucket());
    xml.text("IsTruncated", false).open("Upload").text("Key", key);
    xml.text("UploadId", fresh.uploadId()).text("Initiated", "2026-01-01T00:00:00Z");
    return Answer.xml(200, xml.close("Upload").close("ListMultipartUploadsResult"));
  }

  private static boolean isLeft(AtomicInteger count) {
    return count.getAndDecrement() > 0;
  }
}
