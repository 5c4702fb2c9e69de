package io.waybill.server.e2e;

import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What callers were told, compared with what the database and S3 hold: what is broken of it. */
final class Promises {
  final Queue<ToldUpload> told = new ConcurrentLinkedQueue<>();
  final Set<String> lost = Collections.synchronizedSet(new TreeSet<>());
  final Set<String> duplicates = Collections.synchronizedSet(new TreeSet<>());

  /** What was told up to a moment: to be taken before the ledger is read, which may be ahead. */
  record Told(
      List<ToldUpload> uploads,
      Map<ToldUpload, String> ends,
      Map<ToldUpload, Map<Integer, String>> reports,
      Map<ToldUpload, Set<String>> ids) {}

  Told toldByNow() {
    List<ToldUpload> soFar = List.copyOf(told);
    Map<ToldUpload, String> ends = new HashMap<>();
    Map<ToldUpload, Map<Integer, String>> reports = new HashMap<>();
    Map<ToldUpload, Set<String>> ids = new HashMap<>();
    for (ToldUpload upload : soFar) {
      ends.put(upload, String.valueOf(upload.end()));
      reports.put(upload, upload.reported());
      ids.put(upload, upload.ids());
    }
    return new Told(soFar, ends, reports, ids);
  }

  void compareWithTheLedger(Told soFar, KillNineLedger ledger) {
    lost.addAll(ledger.miscounted());
    for (ToldUpload upload : soFar.uploads) {
      String requestId = upload.request.getRequestId();
      if (upload.answers().size() > 1) {
        duplicates.add(requestId + " was completed as each of " + upload.answers());
      }
      for (String id : soFar.ids.getOrDefault(upload, Set.of())) {
        KillNineLedger.Session session = ledger.sessions().get(requestId);
        if (session == null) {
          lost.add(requestId + " was started as " + id + " and is gone");
        } else if (!session.id().equals(id)) {
          duplicates.add(requestId + " was started as " + id + " and is " + session.id());
        } else {
          compare(
              upload,
              session,
              ledger,
              soFar.reports.getOrDefault(upload, Map.of()),
              soFar.ends.get(upload));
        }
      }
    }
  }

  private void compare(
      ToldUpload upload,
      KillNineLedger.Session session,
      KillNineLedger ledger,
      Map<Integer, String> reports,
      @Nullable String end) {
    String requestId = upload.request.getRequestId();
    reports.forEach(
        (part, etag) -> {
          String held = ledger.etags().get(session.number() << 14 | part);
          if (held == null || !(etag.isEmpty() || etag.equals(held))) {
            lost.add(requestId + ": part " + part + " was reported with " + etag + ", is " + held);
          }
        });
    if (!"null".equals(end) && !session.state().equals(end)) {
      lost.add(requestId + " was " + end + " and is " + session.state());
    }
  }

  /** Of each session one multipart upload at the most; while nobody works on any. */
  void compareWithTheUploadsInS3(S3Client s3) {
    uploadsInS3(s3)
        .forEach(
            (key, count) -> {
              if (count > 1) {
                duplicates.add(key + " has " + count + " multipart uploads");
              }
            });
  }

  /**
   * The same request id, asked again: of up to this many, or it would take longer than the rest.
   */
  void compareWithTheReplies(UploadServiceBlockingStub stub, Random random) {
    List<ToldUpload> some = new ArrayList<>(told);
    Collections.shuffle(some, random);
    for (ToldUpload upload : some.subList(0, Math.min(2_000, some.size()))) {
      Upload again = stub.startUpload(upload.request).getUpload();
      if (!upload.ids().equals(Set.of(again.getUploadId()))) {
        duplicates.add(upload.ids() + " answers as " + again.getUploadId());
      }
      if (upload.end() != null && !again.getState().name().equals("UPLOAD_STATE_" + upload.end())) {
        lost.add(again.getUploadId() + " was " + upload.end() + ", answers " + again.getState());
      }
    }
  }

  void compareWithTheObjects(S3Client s3) {
    for (ToldUpload upload : told) {
      if ("COMPLETED".equals(upload.end())) {
        try {
          byte[] object =
              s3.getObjectAsBytes(get -> get.bucket(TestS3.BUCKET).key(upload.key())).asByteArray();
          if (!KillNineCaller.sha256(object).equals(upload.sha256)) {
            lost.add(upload.key() + " has other bytes");
          }
        } catch (RuntimeException e) {
          lost.add(upload.key() + " cannot be read: " + e.getMessage());
        }
      }
    }
  }

  private static Map<String, Long> uploadsInS3(S3Client s3) {
    return s3.listMultipartUploads(list -> list.bucket(TestS3.BUCKET)).uploads().stream()
        .collect(Collectors.groupingBy(listed -> listed.key(), Collectors.counting()));
  }

  /** What S3 still holds and nobody finished. */
  static List<String> orphans(S3Client s3, KillNineLedger ledger) {
    List<String> orphans = new ArrayList<>(uploadsInS3(s3).keySet());
    Set<String> finished =
        ledger.sessions().values().stream()
            .filter(session -> session.state().equals("COMPLETED"))
            .map(KillNineLedger.Session::key)
            .collect(Collectors.toSet());
    s3.listObjectsV2Paginator(list -> list.bucket(TestS3.BUCKET)).contents().stream()
        .map(S3Object::key)
        .filter(key -> !finished.contains(key))
        .filter(key -> !key.endsWith(KillNineCaller.TAKEN_KEY))
        .forEach(orphans::add);
    return orphans;
  }

  /** How much was promised, in a line. */
  String summary() {
    Map<String, Long> ends =
        told.stream()
            .collect(Collectors.groupingBy(u -> String.valueOf(u.end()), Collectors.counting()));
    return "  told: %d starts, %d parts, %d completed, %d aborted%n"
        .formatted(
            told.stream().filter(u -> !u.ids().isEmpty()).count(),
            told.stream().mapToInt(u -> u.reported().size()).sum(),
            ends.getOrDefault("COMPLETED", 0L),
            ends.getOrDefault("ABORTED", 0L));
  }

  static void refuseFailure(KillNineCaller caller) {
    Throwable failure = caller.failure();
    if (failure != null) {
      throw new AssertionError("a caller met what none should meet", failure);
    }
  }
}
