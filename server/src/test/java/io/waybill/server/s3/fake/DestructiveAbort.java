package io.waybill.server.s3.fake;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A store that destroys an object when its finished upload is aborted (PROTOCOL rule 5). */
public final class DestructiveAbort implements FakeAwsS3.Personality {
  private final FakeAwsS3 store;
  private final Map<String, Boolean> finished = new ConcurrentHashMap<>();
  private final List<String> destroyed = new CopyOnWriteArrayList<>();

  public DestructiveAbort(FakeAwsS3 store) {
    this.store = store;
  }

  /** The keys of what was destroyed. */
  public List<String> destroyed() {
    return List.copyOf(destroyed);
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    String id = call.parameter("uploadId").orElse("");
    if (call.operation().equals("AbortMultipartUpload") && finished.containsKey(id)) {
      store.destroy(call.bucket(), call.key());
      destroyed.add(call.key());
      return Answer.of(204, Map.of());
    }
    Answer answer = honest.get();
    if (call.operation().equals("CompleteMultipartUpload") && answer.status() == 200) {
      finished.put(id, true);
    }
    return answer;
  }
}
