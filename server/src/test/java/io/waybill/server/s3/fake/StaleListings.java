package io.waybill.server.s3.fake;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A store whose listings lag: the first few times that one is asked for, and the first few times
 * after an upload came or went, it is answered as it was when it was last read, or as if nothing
 * were there yet.
 */
public final class StaleListings implements FakeAwsS3.Personality {
  private final int lag;
  private final Map<String, Answer> lastRead = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final AtomicInteger generation = new AtomicInteger();

  /**
   * Makes one.
   *
   * @param lag how many answers are stale
   */
  public StaleListings(int lag) {
    this.lag = lag;
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    return switch (call.operation()) {
      case "ListParts" -> listing(call, "ListPartsResult", 0, honest);
      case "ListMultipartUploads" ->
          listing(call, "ListMultipartUploadsResult", generation.get(), honest);
      case "CreateMultipartUpload", "CompleteMultipartUpload", "AbortMultipartUpload" -> {
        Answer answer = honest.get();
        if (answer.status() < 300) {
          generation.incrementAndGet();
        }
        yield answer;
      }
      default -> honest.get();
    };
  }

  private Answer listing(Call call, String root, int now, Supplier<Answer> honest) {
    String target = call.rawPath() + call.query();
    int before = asked.computeIfAbsent(target + now, key -> new AtomicInteger()).getAndIncrement();
    if (before < lag) {
      Answer stale = lastRead.get(target);
      return stale == null ? nothingYet(call, root) : stale;
    }
    Answer answer = honest.get();
    lastRead.put(target, answer);
    return answer;
  }

  private static Answer nothingYet(Call call, String root) {
    Xml xml = new Xml().open(root).text("Bucket", call.bucket()).text("IsTruncated", false);
    return Answer.xml(200, xml.close(root));
  }
}
