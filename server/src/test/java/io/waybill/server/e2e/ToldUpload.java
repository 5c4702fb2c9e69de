package io.waybill.server.e2e;

import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a caller was told of one upload: nothing is written here before its reply is read. */
final class ToldUpload {
  final StartUploadRequest request;
  final String sha256;
  private final Set<String> ids = ConcurrentHashMap.newKeySet();
  private final Set<String> answers = ConcurrentHashMap.newKeySet();
  private final Map<Integer, String> reported = new TreeMap<>();
  private volatile String key = "";
  private volatile @Nullable String end;

  ToldUpload(StartUploadRequest request, String sha256) {
    this.request = request;
    this.sha256 = sha256;
  }

  /** An acknowledged StartUpload. */
  void started(String id, String objectKey) {
    ids.add(id);
    key = objectKey;
  }

  /** An acknowledged ReportPart. */
  void reported(int part, String etag) {
    synchronized (reported) {
      reported.put(part, etag);
    }
  }

  /** An acknowledged Abort. */
  void aborted() {
    end = "ABORTED";
  }

  /** An acknowledged Complete. */
  void completed(Upload answer) {
    answers.add(answer.getObject() + " " + answer.getCompleteTime());
    end = "COMPLETED";
  }

  /** What the calls of Complete answered; more than one is a broken promise. */
  Set<String> answers() {
    return Set.copyOf(answers);
  }

  /** More than one is a broken promise. */
  Set<String> ids() {
    return Set.copyOf(ids);
  }

  String key() {
    return key;
  }

  Map<Integer, String> reported() {
    synchronized (reported) {
      return Map.copyOf(reported);
    }
  }

  /** COMPLETED, ABORTED, or null where no such call was acknowledged. */
  @Nullable String end() {
    return end;
  }
}
