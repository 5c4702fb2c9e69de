package io.waybill.client;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.AbortResponse;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.CompleteResponse;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.GetUploadResponse;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListPartsResponse;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ListUploadsResponse;
import io.waybill.v1.Part;
import io.waybill.v1.PartRange;
import io.waybill.v1.PartSource;
import io.waybill.v1.PartToSign;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.ReportPartResponse;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignPartsResponse;
import io.waybill.v1.SignedPart;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.StoredObject;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadState;
import io.waybill.v1.WatchUploadRequest;
import io.waybill.v1.WatchUploadResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** A Waybill in memory that keeps to the contract, and fails where a test scripts it. */
public final class FakeWaybill extends UploadServiceGrpc.UploadServiceImplBase {

  private final FakeS3 s3;
  private final Map<String, Held> uploads = new HashMap<>();
  private final Map<String, String> uploadIds = new HashMap<>();

  /** What happened: one line per call. */
  final List<String> calls = new ArrayList<>();

  /** Failures to answer the next calls of an RPC with, by its name. */
  final Map<String, Queue<StatusRuntimeException>> failures = new ConcurrentHashMap<>();

  /** Records a part and answers its report, at once or when a test wants it. */
  volatile Executor whenToRecord = Runnable::run;

  private final Queue<Runnable> beforeComplete = new ConcurrentLinkedQueue<>();

  /** Uploads whose time is over, though their state does not say so yet. */
  final Set<String> expired = ConcurrentHashMap.newKeySet();

  long partSizeBytes = 100_000;
  int missingRangesLimit = 1_000;
  Duration urlTtl = Duration.ofMinutes(15);
  long objectSizeOff;
  boolean storageHasChecksums;
  byte[] objectChecksum = new byte[0];
  String urlSuffix = "";

  FakeWaybill(FakeS3 s3) {
    this.s3 = s3;
  }

  private record Held(Upload.Builder upload, TreeMap<Integer, byte[]> ledger) {}

  private Held held(String uploadId) {
    Held held = uploads.get(uploadId);
    if (held == null) {
      throw error(Status.Code.NOT_FOUND, "UPLOAD_NOT_FOUND");
    }
    return held;
  }

  static StatusRuntimeException error(Status.Code code, String reason) {
    return error(code, reason, null);
  }

  static StatusRuntimeException error(
      Status.Code code, String reason, @org.jspecify.annotations.Nullable Duration retryDelay) {
    var status =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage("no: " + reason);
    status.addDetails(
        Any.pack(
            ErrorInfo.newBuilder()
                .setDomain("waybill.v1")
                .setReason(reason)
                .putMetadata("upload_id", "u")
                .build()));
    if (retryDelay != null) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      com.google.protobuf.Duration.newBuilder()
                          .setSeconds(retryDelay.getSeconds())
                          .setNanos(retryDelay.getNano()))
                  .build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  synchronized void failNext(String rpc, StatusRuntimeException failure) {
    failures.computeIfAbsent(rpc, k -> new ConcurrentLinkedQueue<>()).add(failure);
  }

  /** Runs an action when the next Complete arrives; several run at several ones. */
  synchronized void beforeComplete(Runnable action) {
    beforeComplete.add(action);
  }

  synchronized void record(String uploadId, int part) {
    record(uploadId, part, new byte[0]);
  }

  synchronized void record(String uploadId, int part, byte[] checksum) {
    held(uploadId).ledger().put(part, checksum);
  }

  synchronized long count(String rpc) {
    return calls.stream().filter(c -> c.equals(rpc) || c.startsWith(rpc + " ")).count();
  }

  public synchronized boolean isUncalled() {
    return calls.isEmpty();
  }

  synchronized List<Integer> reported(String uploadId) {
    return List.copyOf(held(uploadId).ledger().keySet());
  }

  synchronized void forget(String uploadId, int part) {
    held(uploadId).ledger().remove(part);
  }

  synchronized void state(String uploadId, UploadState state) {
    held(uploadId).upload().setState(state);
  }

  synchronized Upload snapshot(String uploadId) {
    Upload.Builder upload = held(uploadId).upload();
    TreeMap<Integer, byte[]> ledger = held(uploadId).ledger();
    upload.clearMissingRanges().setUploadedParts(ledger.size());
    PartPlan plan = PartPlan.of(upload.build());
    upload.setUploadedBytes(ledger.keySet().stream().mapToLong(plan::size).sum());
    for (int n = 1; n <= plan.partCount(); n++) {
      if (ledger.containsKey(n)) {
        continue;
      }
      int last = upload.getMissingRangesCount() - 1;
      if (last >= 0 && upload.getMissingRanges(last).getLastPart() == n - 1) {
        upload.getMissingRangesBuilder(last).setLastPart(n);
      } else if (upload.getMissingRangesCount() < missingRangesLimit) {
        upload.addMissingRanges(PartRange.newBuilder().setFirstPart(n).setLastPart(n));
      } else {
        break;
      }
    }
    return upload.build();
  }

  private synchronized <T> void answer(
      String rpc, String detail, StreamObserver<T> observer, java.util.function.Supplier<T> reply) {
    calls.add(detail.isEmpty() ? rpc : rpc + " " + detail);
    try {
      Queue<StatusRuntimeException> scripted = failures.get(rpc);
      if (scripted != null && !scripted.isEmpty()) {
        throw scripted.remove();
      }
      T value = reply.get();
      observer.onNext(value);
      observer.onCompleted();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  @Override
  public void startUpload(StartUploadRequest request, StreamObserver<StartUploadResponse> out) {
    answer(
        "StartUpload",
        request.getRequestId(),
        out,
        () -> {
          String id = uploadIds.computeIfAbsent(request.getRequestId(), k -> create(request));
          return StartUploadResponse.newBuilder().setUpload(snapshot(id)).build();
        });
  }

  private String create(StartUploadRequest request) {
    String id = "upload-" + (uploads.size() + 1);
    long size = request.getSizeBytes();
    boolean single = size <= partSizeBytes;
    Upload.Builder upload =
        Upload.newBuilder()
            .setUploadId(id)
            .setState(UploadState.UPLOAD_STATE_ACTIVE)
            .setMode(single ? UploadMode.UPLOAD_MODE_SINGLE : UploadMode.UPLOAD_MODE_MULTIPART)
            .setFilename(request.getFilename())
            .setContentType(request.getContentType())
            .setSizeBytes(size)
            .setPartSizeBytes(single ? size : partSizeBytes)
            .setPartCount(single ? 1 : Math.toIntExact((size + partSizeBytes - 1) / partSizeBytes))
            .setChecksumAlgorithm(request.getChecksumAlgorithm());
    uploads.put(id, new Held(upload, new TreeMap<>()));
    return id;
  }

  @Override
  public void signParts(SignPartsRequest request, StreamObserver<SignPartsResponse> out) {
    List<Integer> numbers = request.getPartsList().stream().map(PartToSign::getPartNumber).toList();
    answer(
        "SignParts",
        numbers.toString(),
        out,
        () -> {
          active(request.getUploadId());
          var reply = SignPartsResponse.newBuilder();
          request.getPartsList().forEach(p -> reply.addParts(sign(request.getUploadId(), p)));
          return reply.build();
        });
  }

  private SignedPart sign(String uploadId, PartToSign part) {
    Upload upload = snapshot(uploadId);
    PartPlan plan = PartPlan.of(upload);
    int number = part.getPartNumber();
    var signed =
        SignedPart.newBuilder()
            .setPartNumber(number)
            .setMethod("PUT")
            .setUrl(s3.url(uploadId, number) + urlSuffix)
            .setOffsetBytes(plan.offset(number))
            .setSizeBytes(plan.size(number))
            .setExpireTime(
                Timestamp.newBuilder().setSeconds(Instant.now().plus(urlTtl).getEpochSecond()))
            .addReportHeaders("ETag");
    if (upload.getChecksumAlgorithm() == ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C) {
      signed
          .putHeaders(
              FakeS3.CHECKSUM, Base64.getEncoder().encodeToString(part.getChecksum().toByteArray()))
          .addReportHeaders(FakeS3.CHECKSUM);
    }
    return signed.build();
  }

  /** The parts that S3 lists. */
  private NavigableMap<Integer, byte[]> stored(String uploadId) {
    if (snapshot(uploadId).getMode() == UploadMode.UPLOAD_MODE_SINGLE) {
      throw error(Status.Code.FAILED_PRECONDITION, "STORAGE_UPLOAD_GONE");
    }
    NavigableMap<Integer, byte[]> parts = new TreeMap<>();
    s3.parts.forEach(
        (path, body) -> {
          if (path.startsWith(uploadId + "/")) {
            int number = Integer.parseInt(path.substring(uploadId.length() + 1));
            parts.put(number, storageHasChecksums ? Bench.crc32c(body) : new byte[0]);
          }
        });
    return parts;
  }

  private void active(String uploadId) {
    if (expired.contains(uploadId)) {
      throw error(Status.Code.FAILED_PRECONDITION, "UPLOAD_EXPIRED");
    }
    switch (snapshot(uploadId).getState()) {
      case UPLOAD_STATE_ABORTED -> throw error(Status.Code.FAILED_PRECONDITION, "UPLOAD_ABORTED");
      case UPLOAD_STATE_COMPLETED ->
          throw error(Status.Code.FAILED_PRECONDITION, "UPLOAD_COMPLETED");
      default -> {}
    }
  }

  @Override
  public void reportPart(ReportPartRequest request, StreamObserver<ReportPartResponse> out) {
    whenToRecord.execute(() -> record(request, out));
  }

  private void record(ReportPartRequest request, StreamObserver<ReportPartResponse> out) {
    answer(
        "ReportPart",
        String.valueOf(request.getPartNumber()),
        out,
        () -> {
          active(request.getUploadId());
          if (!request.getEtag().equals("\"etag-" + request.getPartNumber() + "\"")) {
            throw new AssertionError("wrong ETag " + request.getEtag());
          }
          held(request.getUploadId())
              .ledger()
              .put(request.getPartNumber(), request.getChecksum().toByteArray());
          return ReportPartResponse.getDefaultInstance();
        });
  }

  @Override
  public void complete(CompleteRequest request, StreamObserver<CompleteResponse> out) {
    answer(
        "Complete",
        "",
        out,
        () -> {
          Runnable action = beforeComplete.poll();
          if (action != null) {
            action.run();
          }
          Upload upload = snapshot(request.getUploadId());
          if (upload.getState() == UploadState.UPLOAD_STATE_COMPLETED) {
            return CompleteResponse.newBuilder().setUpload(upload).build();
          }
          active(request.getUploadId());
          if (upload.getMissingRangesCount() > 0) {
            throw error(Status.Code.FAILED_PRECONDITION, "PARTS_MISSING");
          }
          held(request.getUploadId())
              .upload()
              .setState(UploadState.UPLOAD_STATE_COMPLETED)
              .setObject(
                  StoredObject.newBuilder()
                      .setLocation("s3://bucket/key")
                      .setChecksum(ByteString.copyFrom(objectChecksum))
                      .setSizeBytes(upload.getSizeBytes() + objectSizeOff));
          return CompleteResponse.newBuilder().setUpload(snapshot(request.getUploadId())).build();
        });
  }

  @Override
  public void abort(AbortRequest request, StreamObserver<AbortResponse> out) {
    answer(
        "Abort",
        request.getUploadId(),
        out,
        () -> {
          state(request.getUploadId(), UploadState.UPLOAD_STATE_ABORTED);
          return AbortResponse.newBuilder().setUpload(snapshot(request.getUploadId())).build();
        });
  }

  @Override
  public void getUpload(GetUploadRequest request, StreamObserver<GetUploadResponse> out) {
    answer(
        "GetUpload",
        "",
        out,
        () -> GetUploadResponse.newBuilder().setUpload(snapshot(request.getUploadId())).build());
  }

  /** What a stream of WatchUpload brings, and how it ends: with OK where there is no failure. */
  private record Script(
      List<Upload> messages,
      @org.jspecify.annotations.Nullable StatusRuntimeException failure,
      boolean ends) {}

  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();

  /** Lets the next stream of WatchUpload bring this; without it, a stream brings what there is. */
  void watchNext(
      @org.jspecify.annotations.Nullable StatusRuntimeException failure, Upload... messages) {
    scripts.add(new Script(List.of(messages), failure, true));
  }

  /** Lets the next stream bring this, and stay open. */
  void watchAndHold(Upload... messages) {
    scripts.add(new Script(List.of(messages), null, false));
  }

  /** Streams of WatchUpload that the client left before they ended. */
  final List<String> left = new CopyOnWriteArrayList<>();

  @Override
  public synchronized void watchUpload(
      WatchUploadRequest request, StreamObserver<WatchUploadResponse> out) {
    calls.add("WatchUpload " + request.getAfterRevision());
    ((ServerCallStreamObserver<WatchUploadResponse>) out)
        .setOnCancelHandler(() -> left.add(request.getUploadId()));
    Script script = scripts.poll();
    try {
      if (script == null) {
        Upload upload = snapshot(request.getUploadId()).toBuilder().clearMissingRanges().build();
        script = new Script(List.of(upload), null, true);
      }
      for (Upload upload : script.messages) {
        out.onNext(WatchUploadResponse.newBuilder().setUpload(upload).build());
      }
      if (script.failure != null) {
        throw script.failure;
      }
      if (script.ends) {
        out.onCompleted();
      }
    } catch (StatusRuntimeException e) {
      out.onError(e);
    }
  }

  @Override
  public void listParts(ListPartsRequest request, StreamObserver<ListPartsResponse> out) {
    answer(
        "ListParts",
        "",
        out,
        () -> {
          // Three parts a page; the token is the last one's number.
          int after =
              request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
          NavigableMap<Integer, byte[]> all =
              request.getSource() == PartSource.PART_SOURCE_STORAGE
                  ? stored(request.getUploadId())
                  : held(request.getUploadId()).ledger();
          var rest = all.tailMap(after, false);
          var page = ListPartsResponse.newBuilder();
          rest.entrySet().stream()
              .limit(3)
              .forEach(
                  e ->
                      page.addParts(
                          Part.newBuilder()
                              .setPartNumber(e.getKey())
                              .setChecksum(ByteString.copyFrom(e.getValue()))));
          if (rest.size() > 3) {
            page.setNextPageToken(String.valueOf(page.getParts(2).getPartNumber()));
          }
          return page.build();
        });
  }

  @Override
  public void listUploads(ListUploadsRequest request, StreamObserver<ListUploadsResponse> out) {
    answer(
        "ListUploads",
        "",
        out,
        () -> {
          // One upload a page; the token is the next one's number.
          int at = request.getPageToken().isEmpty() ? 1 : Integer.parseInt(request.getPageToken());
          var page = ListUploadsResponse.newBuilder();
          if (at <= uploads.size()) {
            page.addUploads(snapshot("upload-" + at).toBuilder().clearMissingRanges());
          }
          return page.setNextPageToken(at < uploads.size() ? String.valueOf(at + 1) : "").build();
        });
  }
}
