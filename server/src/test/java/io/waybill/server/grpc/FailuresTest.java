package io.waybill.server.grpc;

import static io.waybill.server.grpc.Requests.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.PreconditionFailure;
import io.grpc.CallOptions;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.InMemoryObjectStore.Operation;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import io.waybill.v1.UploadState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How every reason looks to the caller of an RPC that answers with it. */
class FailuresTest {
  private static final String UNKNOWN_ID = "019b76da-a800-7bb2-92c6-ae7df9b15164";

  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @Test
  void startNamesAPolicyThatRefuses() {
    StartUploadRequest request =
        Requests.start(5).setDestination("strict").setContentType("text/html").build();
    Failures both = Failures.of(() -> waybill.stub().startUpload(request));
    both.hasReason(Reason.INVALID_REQUEST);
    assertThat(both.fields()).containsExactly("content_type", "checksum_algorithm");

    refusedStart(request.toBuilder().setChecksumAlgorithm(crc()))
        .hasReason(Reason.CONTENT_TYPE_NOT_ALLOWED)
        .has("allowed", "image/*")
        .mayBeRetried(false);
    StartUploadRequest.Builder image = request.toBuilder().setContentType("image/png");
    refusedStart(image).hasReason(Reason.CHECKSUM_REQUIRED);
    refusedStart(image.setChecksumAlgorithm(crc()).setSizeBytes(1001))
        .hasReason(Reason.SIZE_LIMIT_EXCEEDED)
        .has("limit_bytes", "1000");
    refusedStart(Requests.start(5).setDestination("none"))
        .hasReason(Reason.DESTINATION_UNKNOWN)
        .has("allowed", "any, exact, strict, by-itself, checked, small");
    refusedStart(Requests.start(5).setChecksumAlgorithm(crc()).setSignFirst(1))
        .hasReason(Reason.CHECKSUM_REQUIRED);
  }

  @Test
  void aRequestIdServesOneRequestOnly() {
    StartUploadRequest request = Requests.start(5).build();
    String id = waybill.stub().startUpload(request).getUpload().getUploadId();

    refusedStart(request.toBuilder().setSizeBytes(6))
        .hasReason(Reason.REQUEST_ID_REUSED)
        .has("upload_id", id);

    var again = waybill.stub().startUpload(request.toBuilder().setSignFirst(1).build());
    assertThat(again.getUpload().getUploadId()).isEqualTo(id);
    var other = waybill.stub("other").startUpload(request).getUpload();
    assertThat(other.getUploadId()).isNotEqualTo(id);
  }

  @Test
  void startSaysWhatTheStorageSays() {
    StartUploadRequest request = Requests.startThreeParts().build();
    waybill.rig().objects.fail(Operation.CREATE, StorageException.Kind.REFUSED);
    refusedStart(request.toBuilder()).hasReason(Reason.STORAGE_REFUSED).mayBeRetried(false);
    waybill.rig().objects.fail(Operation.CREATE, StorageException.Kind.UNAVAILABLE);
    refusedStart(request.toBuilder()).hasReason(Reason.STORAGE_UNAVAILABLE).mayBeRetried(true);
    waybill.rig().objects.before(operation -> {});
    assertThat(waybill.stub().startUpload(request).getUpload().getState())
        .isEqualTo(UploadState.UPLOAD_STATE_ACTIVE);
  }

  @Test
  void aStrangersUploadIsByteForByteAsUnknownAsOneThatNeverWas() {
    String id = start();
    for (var call : everyCall().entrySet()) {
      Failures foreign = Failures.of(() -> call.getValue().apply(waybill.stub("stranger"), id));
      foreign.hasReason(Reason.UPLOAD_NOT_FOUND).mayBeRetried(false);
      assertThat(foreign.bytes()).as(call.getKey()).isEqualTo(unknownTo(call.getValue(), id));
    }
  }

  /** What a Waybill says that never had an upload of this id. */
  private static byte[] unknownTo(Call call, String id) {
    InProcessWaybill empty = new InProcessWaybill();
    try {
      empty.open();
      return Failures.of(() -> call.apply(empty.stub("stranger"), id)).bytes();
    } finally {
      empty.close();
    }
  }

  @Test
  void anUploadBeingCreatedMayBeAskedAgain() {
    Upload ready = waybill.rig().stored(start());
    var spec = SpecCopies.withRequestId(ready.spec(), UNKNOWN_ID, "in creation");
    waybill
        .rig()
        .store
        .create(
            spec,
            Progress.creating(waybill.rig().clock.instant().plusSeconds(600)),
            ready.expireTime(),
            Quota.UNLIMITED);

    for (var call : everyCall().entrySet()) {
      if (Set.of("getUpload", "listParts", "watchUpload").contains(call.getKey())) {
        continue;
      }
      Failures.of(() -> call.getValue().apply(waybill.stub(), UNKNOWN_ID))
          .hasReason(Reason.UPLOAD_CREATING)
          .mayBeRetried(true);
    }
  }

  @Test
  void aFinishedUploadTakesNothingMore() {
    String id = complete();
    refused(id, "signParts").hasReason(Reason.UPLOAD_COMPLETED);
    refused(id, "abort").hasReason(Reason.UPLOAD_COMPLETED);
    Failures.of(() -> waybill.stub().reportPart(Requests.report(id, 1, "another")))
        .hasReason(Reason.UPLOAD_COMPLETED);
    waybill.stub().reportPart(Requests.report(id, 1, ""));
  }

  @Test
  void anAbortedUploadTakesNothingMore() {
    String id = start();
    waybill.stub().abort(Requests.abort(id));
    for (String call : new String[] {"signParts", "reportPart", "complete"}) {
      Failures failure = refused(id, call).hasReason(Reason.UPLOAD_ABORTED);
      PreconditionFailure details = failure.detail(PreconditionFailure.class).orElseThrow();
      assertThat(details.getViolations(0).getType()).isEqualTo("UPLOAD_ABORTED");
      assertThat(details.getViolations(0).getSubject()).isEqualTo(id);
    }
  }

  @Test
  void anExpiredUploadTakesNoParts() {
    String id = start();
    waybill.rig().clock.advance(Duration.ofDays(2));
    refused(id, "signParts").hasReason(Reason.UPLOAD_EXPIRED);
    refused(id, "reportPart").hasReason(Reason.UPLOAD_EXPIRED).has("upload_id", id);
  }

  @Test
  void aFailedUploadSaysWhy() {
    String id = start();
    Upload upload = waybill.rig().stored(id);
    waybill.rig().objects.putObject(upload.spec(), 7, null);
    putAll(upload);

    refused(id, "complete").hasReason(Reason.OBJECT_EXISTS).mayBeRetried(false);

    refused(id, "complete").hasReason(Reason.UPLOAD_FAILED).has("failure", "OBJECT_EXISTS");
    refused(id, "signParts").hasReason(Reason.UPLOAD_FAILED);
    refused(id, "reportPart").hasReason(Reason.UPLOAD_FAILED);
    var failed = waybill.stub().getUpload(Requests.get(id)).getUpload();
    assertThat(failed.getFailure().getReason().name()).isEqualTo("ERROR_REASON_OBJECT_EXISTS");
  }

  @Test
  void completeNamesThePartsThatAreMissingOrWrong() {
    String id = start();
    Upload upload = waybill.rig().stored(id);
    waybill.rig().objects.putPart(upload, 2);
    refused(id, "complete").hasReason(Reason.PARTS_MISSING).has("missing_ranges", "1,3");

    putAll(upload);
    waybill.stub().reportPart(Requests.report(id, 3, "not that"));
    refused(id, "complete").hasReason(Reason.PART_MISMATCH).has("parts", "3");
    assertThat(waybill.stub().complete(Requests.complete(id)).getUpload().getState())
        .isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
  }

  @Test
  void completeRefusesAnObjectOfAnotherSize() {
    String id = waybill.stub().startUpload(Requests.start(5).build()).getUpload().getUploadId();
    Upload upload = waybill.rig().stored(id);
    waybill.rig().objects.putObject(upload.spec(), 6, upload.id());
    refused(id, "complete").hasReason(Reason.SIZE_MISMATCH);
  }

  @Test
  void completeRefusesAnObjectOfAnotherChecksum() {
    var request = Requests.startThreeParts().setChecksumAlgorithm(crc()).build();
    String id = waybill.stub().startUpload(request).getUpload().getUploadId();
    Upload upload = waybill.rig().stored(id);
    Checksum part = Checksum.of(new byte[4]);
    for (int n = 1; n <= 3; n++) {
      waybill.rig().objects.putPart(upload, n, upload.spec().plan().sizeOf(n), part);
    }
    waybill.rig().objects.sayChecksum(Checksum.of(new byte[] {1, 2, 3, 4}));
    refused(id, "complete").hasReason(Reason.CHECKSUM_MISMATCH).mayBeRetried(false);
  }

  @Test
  void completeRefusesAContentThatIsNotTheDeclaredOne() {
    var request =
        Requests.startThreeParts().setDestination("checked").setContentType("application/pdf");
    String id = waybill.stub().startUpload(request.build()).getUpload().getUploadId();
    Upload upload = waybill.rig().stored(id);
    waybill.rig().objects.sayContent(new byte[] {'M', 'Z'});
    for (int n = 1; n <= 3; n++) {
      waybill.rig().objects.putPart(upload, n);
    }
    refused(id, "complete").hasReason(Reason.CONTENT_MISMATCH).mayBeRetried(false);
    refused(id, "complete").hasReason(Reason.UPLOAD_FAILED);
  }

  @Test
  void completeSaysWhatTheStorageSays() {
    String id = start();
    putAll(waybill.rig().stored(id));
    waybill.rig().objects.fail(Operation.LIST_PARTS, StorageException.Kind.REFUSED);
    refused(id, "complete").hasReason(Reason.STORAGE_REFUSED);
    waybill.rig().objects.fail(Operation.LIST_PARTS, StorageException.Kind.UNAVAILABLE);
    refused(id, "complete").hasReason(Reason.STORAGE_UNAVAILABLE).mayBeRetried(true);
    waybill.rig().objects.before(operation -> {});
    waybill.rig().objects.forgetMultipartUploads();
    refused(id, "complete").hasReason(Reason.STORAGE_UPLOAD_GONE);
  }

  @Test
  void partsHaveToBeOfThePlan() {
    String id = start();
    Failures.of(() -> waybill.stub().reportPart(Requests.report(id, 4, "e")))
        .hasReason(Reason.PART_OUT_OF_RANGE)
        .has("part_count", "3");
    Failures.of(() -> waybill.stub().signParts(sign(id, 4, ByteString.EMPTY)))
        .hasReason(Reason.PART_OUT_OF_RANGE);
    var report = Requests.report(id, 3, "e").toBuilder().setSizeBytes(1).build();
    Failures.of(() -> waybill.stub().reportPart(report))
        .hasReason(Reason.SIZE_MISMATCH)
        .has("expected_bytes", String.valueOf(4 * MIB));
  }

  @Test
  void checksumsHaveToBeThereWhereTheyWereAnnounced() {
    var request = Requests.startThreeParts().setChecksumAlgorithm(crc()).build();
    String id = waybill.stub().startUpload(request).getUpload().getUploadId();
    refused(id, "signParts").hasReason(Reason.CHECKSUM_REQUIRED);
    Failures.of(() -> waybill.stub().signParts(sign(id, 1, ByteString.EMPTY)))
        .hasReason(Reason.CHECKSUM_REQUIRED)
        .has("algorithm", "CRC32C");
    Failures.of(() -> waybill.stub().signParts(sign(id, 1, ByteString.copyFrom(new byte[5]))))
        .hasReason(Reason.INVALID_REQUEST);
    var signed = waybill.stub().signParts(sign(id, 1, ByteString.copyFrom(new byte[4])));
    assertThat(signed.getParts(0).getHeadersMap()).containsKey("x-amz-checksum-crc32c");
  }

  @Test
  void listPartsSaysWhatTheStorageSays() {
    String id = start();
    waybill.rig().objects.fail(Operation.LIST_PARTS, StorageException.Kind.REFUSED);
    refused(id, "listStored").hasReason(Reason.STORAGE_REFUSED);
    waybill.rig().objects.fail(Operation.LIST_PARTS, StorageException.Kind.UNAVAILABLE);
    refused(id, "listStored").hasReason(Reason.STORAGE_UNAVAILABLE);
    waybill.rig().objects.fail(Operation.LIST_PARTS, StorageException.Kind.GONE);
    refused(id, "listStored").hasReason(Reason.STORAGE_UNAVAILABLE); // it is listed
    waybill.rig().objects.forgetMultipartUploads();
    refused(id, "listStored").hasReason(Reason.STORAGE_UPLOAD_GONE);
    assertThat(waybill.stub().listParts(Requests.listParts(id).build()).getPartsCount()).isZero();
  }

  @Test
  void everyCallMayMeetABrokenOrABusyDatabase() {
    String id = start();
    for (Reason reason : new Reason[] {Reason.STORE_UNAVAILABLE, Reason.OVERLOADED}) {
      waybill
          .rig()
          .store
          .breakWith(
              new UploadException(reason, "not now", Map.of()).retryAfter(Duration.ofSeconds(2)));
      for (String call : everyCall().keySet()) {
        refused(id, call).hasReason(reason).mayBeRetried(true);
      }
      refusedStart(Requests.start(5)).hasReason(reason);
    }
  }

  @Test
  void aDefectAnswersWithItsIncidentAndNothingElse() {
    waybill.expectDefect();
    waybill.rig().store.breakWith(new IllegalStateException("secret"));
    Failures failure = refused(UNKNOWN_ID, "getUpload").hasReason(Reason.INTERNAL);
    assertThat(failure.info().getMetadataOrThrow("incident")).matches("[0-9a-f]{16}");
    assertThat(failure.status().toString()).doesNotContain("secret");
    assertThat(new String(failure.bytes(), StandardCharsets.UTF_8)).doesNotContain("secret");
  }

  @Test
  void aStorageExceptionThatEscapesIsTranslated() {
    waybill
        .rig()
        .store
        .breakWith(new StorageException(StorageException.Kind.UNAVAILABLE, "secret"));
    Failures.of(() -> waybill.stub().complete(Requests.complete(UNKNOWN_ID)))
        .hasReason(Reason.STORAGE_UNAVAILABLE);
  }

  @Test
  void anUnknownMethodIsBare() {
    var method =
        UploadServiceGrpc.getAbortMethod().toBuilder()
            .setFullMethodName("waybill.v1.UploadService/Nothing")
            .build();
    Failures.of(
            () ->
                ClientCalls.blockingUnaryCall(
                    waybill.channel(), method, CallOptions.DEFAULT, Requests.abort(UNKNOWN_ID)))
        .isBare(Code.UNIMPLEMENTED);
  }

  private interface Call {
    Object apply(UploadServiceBlockingStub stub, String uploadId);
  }

  private static Map<String, Call> everyCall() {
    return Map.of(
        "signParts", (stub, id) -> stub.signParts(Requests.signMissing(id, 1)),
        "reportPart", (stub, id) -> stub.reportPart(Requests.report(id, 1, "e")),
        "complete", (stub, id) -> stub.complete(Requests.complete(id)),
        "abort", (stub, id) -> stub.abort(Requests.abort(id)),
        "getUpload", (stub, id) -> stub.getUpload(Requests.get(id)),
        "listParts", (stub, id) -> stub.listParts(Requests.listParts(id).build()),
        "listStored", (stub, id) -> stub.listParts(Requests.listStored(id)),
        "watchUpload", (stub, id) -> stub.watchUpload(Requests.watch(id).build()).next());
  }

  private Failures refused(String id, String call) {
    return Failures.of(
        () -> Objects.requireNonNull(everyCall().get(call)).apply(waybill.stub(), id));
  }

  private Failures refusedStart(StartUploadRequest.Builder request) {
    return Failures.of(() -> waybill.stub().startUpload(request.build()));
  }

  private String start() {
    return waybill.stub().startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
  }

  private String complete() {
    String id = start();
    putAll(waybill.rig().stored(id));
    return waybill.stub().complete(Requests.complete(id)).getUpload().getUploadId();
  }

  private void putAll(Upload upload) {
    for (int n = 1; n <= upload.spec().plan().partCount(); n++) {
      waybill.rig().objects.putPart(upload, n);
    }
  }

  private static SignPartsRequest sign(String id, int number, ByteString checksum) {
    return SignPartsRequest.newBuilder()
        .setUploadId(id)
        .addParts(PartToSign.newBuilder().setPartNumber(number).setChecksum(checksum))
        .build();
  }

  private static ChecksumAlgorithm crc() {
    return ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C;
  }
}
