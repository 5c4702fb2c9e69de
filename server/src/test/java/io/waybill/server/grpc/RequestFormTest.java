package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.waybill.server.upload.Reason;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.PartToSign;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadState;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong in form is said at once, field by field. */
class RequestFormTest {
  private static final String ID = "019b76da-a800-7bb2-92c6-ae7df9b15164";
  private static final Duration BAD_DURATION =
      Duration.newBuilder().setSeconds(1).setNanos(-1).build();

  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @Test
  void startNamesEveryField() {
    Failures failure =
        Failures.of(
            () ->
                waybill
                    .stub()
                    .startUpload(
                        StartUploadRequest.newBuilder()
                            .setModeValue(99)
                            .setChecksumAlgorithmValue(-1)
                            .setSessionTtl(BAD_DURATION)
                            .setRequestId("not this")
                            .setContentType("x")
                            .setFilename("a/b")
                            .setObjectKey("a//b")
                            .setPartSizeBytes(1)
                            .setSignFirst(1001)
                            .putMetadata("Upper", "case")
                            .setDestination("none")
                            .build()));
    failure.hasReason(Reason.INVALID_REQUEST).mayBeRetried(false);
    assertThat(failure.fields())
        .containsExactly(
            "mode",
            "checksum_algorithm",
            "session_ttl",
            "request_id",
            "content_type",
            "filename",
            "object_key",
            "size_bytes",
            "part_size_bytes",
            "sign_first",
            "metadata",
            "destination");
    BadRequest.FieldViolation last =
        failure.detail(BadRequest.class).orElseThrow().getFieldViolations(11);
    assertThat(last.getReason()).isEqualTo("DESTINATION_UNKNOWN");
    assertThat(last.getDescription()).contains("any, exact, strict, by-itself, checked, small");
  }

  @Test
  void signNamesEveryField() {
    Failures failure =
        refused(
            SignPartsRequest.newBuilder()
                .setUploadId("x")
                .setNextMissing(-1)
                .setUrlTtl(Duration.newBuilder().setSeconds(0))
                .addParts(PartToSign.newBuilder().setPartNumber(0).setChecksum(bytes(33)))
                .addParts(PartToSign.newBuilder().setPartNumber(10_001)));
    assertThat(failure.fields())
        .containsExactly(
            "upload_id",
            "next_missing",
            "next_missing",
            "parts[0].part_number",
            "parts[0].checksum",
            "parts[1].part_number",
            "url_ttl");
  }

  @Test
  void signWantsPartsOrACount() {
    SignPartsRequest.Builder sign = SignPartsRequest.newBuilder().setUploadId(ID);
    assertThat(refused(sign).fields()).containsExactly("parts");
    assertThat(refused(sign.setNextMissing(10_001)).fields()).containsExactly("next_missing");
    sign.clearNextMissing();
    for (int i = 0; i <= 10_000; i++) {
      sign.addParts(PartToSign.newBuilder().setPartNumber(1));
    }
    assertThat(refused(sign).fields()).containsExactly("parts");
  }

  @Test
  void tenThousandViolationsFitIntoTheTrailers() {
    SignPartsRequest.Builder sign = SignPartsRequest.newBuilder().setUploadId(ID);
    for (int i = 0; i < 10_000; i++) {
      sign.addParts(PartToSign.newBuilder());
    }
    Failures failure = refused(sign).has("violation_count", "10000");
    assertThat(failure.fields()).hasSizeGreaterThan(20).startsWith("parts[0].part_number");
    assertThat(failure.wireBytes()).isLessThan(8 << 10);
  }

  @Test
  void aUrlLivesASecondToAWeek() {
    for (long seconds : new long[] {-1, 0, 604_801, 400_000_000_000L}) {
      assertThat(
              refused(
                      SignPartsRequest.newBuilder()
                          .setUploadId(ID)
                          .setNextMissing(1)
                          .setUrlTtl(Duration.newBuilder().setSeconds(seconds)))
                  .fields())
          .containsExactly("url_ttl");
    }
  }

  @Test
  void reportNamesEveryField() {
    ReportPartRequest.Builder report =
        ReportPartRequest.newBuilder()
            .setPartNumber(-1)
            .setEtag("x".repeat(129))
            .setChecksum(bytes(40));
    assertThat(refused(report).fields())
        .containsExactly("upload_id", "etag", "part_number", "checksum");
    report.setUploadId(ID).setPartNumber(1).clearChecksum();
    assertThat(refused(report.setEtag("naïve")).fields()).containsExactly("etag");
    assertThat(refused(report.setEtag("a\nb")).fields()).containsExactly("etag");
  }

  @Test
  void anETagOfFullLengthMayStandInQuotes() {
    String id =
        waybill.stub().startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
    waybill.stub().reportPart(Requests.report(id, 1, '"' + "e".repeat(128) + '"'));
    assertThat(waybill.rig().store.parts(waybill.rig().stored(id), 0, 1).get(0).etag())
        .isEqualTo("e".repeat(128));
  }

  @Test
  void listUploadsNamesEveryField() {
    ListUploadsRequest request =
        ListUploadsRequest.newBuilder()
            .addStates(UploadState.UPLOAD_STATE_ACTIVE)
            .addStates(UploadState.UPLOAD_STATE_UNSPECIFIED)
            .addStatesValue(42)
            .setDestination("a\0b")
            .setObjectKeyPrefix("p".repeat(1025))
            .setCreatedAfter(Timestamp.newBuilder().setNanos(-1))
            .setCreatedBefore(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))
            .setPageToken("?")
            .setPageSize(1001)
            .build();
    Failures failure = Failures.of(() -> waybill.stub().listUploads(request));
    failure.hasReason(Reason.INVALID_REQUEST);
    assertThat(failure.fields())
        .containsExactly(
            "states[1]",
            "states[2]",
            "destination",
            "object_key_prefix",
            "created_after",
            "created_before",
            "page_token",
            "page_size");
  }

  @Test
  void listPartsNamesEveryField() {
    ListPartsRequest request =
        ListPartsRequest.newBuilder()
            .setSourceValue(3)
            .setPageSize(-1)
            .setPageToken("AAAA")
            .build();
    Failures failure = Failures.of(() -> waybill.stub().listParts(request));
    assertThat(failure.fields()).containsExactly("upload_id", "source", "page_size", "page_token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "019B76DA-A800-7BB2-92C6-AE7DF9B15164",
        "019b76da-a800-4bb2-92c6-ae7df9b15164",
        "019b76da-a800-7bb2-12c6-ae7df9b15164",
        "{019b76da-a800-7bb2-92c6-ae7df9b1516}",
        "019b76daa8007bb292c6ae7df9b15164",
        "019b76da-a800-7bb2-92c6-ae7df9b15164 ",
        "../../../etc/passwd"
      })
  void anIdThatNobodyIssuedIsNotLookedFor(String id) {
    Failures failure = Failures.of(() -> waybill.stub().getUpload(Requests.get(id)));
    failure.hasReason(Reason.INVALID_REQUEST);
    assertThat(failure.fields()).containsExactly("upload_id");
    assertThat(Failures.of(() -> waybill.stub().complete(Requests.complete(id))).fields())
        .containsExactly("upload_id");
    assertThat(Failures.of(() -> waybill.stub().abort(Requests.abort(id))).fields())
        .containsExactly("upload_id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\r\nx-amz-acl: public-read", "a\nb", "a\0b", "\u001b[2J", "a\u007f", "a\u0085"})
  void noTextTakesAControlCharacter(String text) {
    refused("request_id", () -> waybill.stub().startUpload(start().setRequestId(text).build()));
    refused("destination", () -> waybill.stub().startUpload(start().setDestination(text).build()));
    refused("object_key", () -> waybill.stub().startUpload(start().setObjectKey(text).build()));
    refused("filename", () -> waybill.stub().startUpload(start().setFilename(text).build()));
    refused("content_type", () -> waybill.stub().startUpload(start().setContentType(text).build()));
    refused("metadata", () -> waybill.stub().startUpload(start().putMetadata(text, "v").build()));
    refused(
        "metadata[k]", () -> waybill.stub().startUpload(start().putMetadata("k", text).build()));
    refused("upload_id", () -> waybill.stub().getUpload(Requests.get(text)));
    refused("etag", () -> waybill.stub().reportPart(Requests.report(ID, 1, text)));
    refused("destination", () -> waybill.stub().listUploads(list().setDestination(text).build()));
    refused(
        "object_key_prefix",
        () -> waybill.stub().listUploads(list().setObjectKeyPrefix(text).build()));
    refused("page_token", () -> waybill.stub().listUploads(list().setPageToken(text).build()));
    refused(
        "page_token",
        () -> waybill.stub().listParts(Requests.listParts(ID).setPageToken(text).build()));
    assertThat(waybill.stub().listUploads(list().build()).getUploadsList()).isEmpty();
  }

  @Test
  void whatIsRepeatedIsBounded() {
    StartUploadRequest.Builder many = start();
    for (int i = 0; i < 20_000; i++) {
      many.putMetadata("name-" + i, "");
    }
    assertThat(Failures.of(() -> waybill.stub().startUpload(many.build())).fields())
        .containsExactly("metadata");
    ListUploadsRequest.Builder states = list();
    for (int i = 0; i < 200_000; i++) {
      states.addStatesValue(99);
    }
    refused("states", () -> waybill.stub().listUploads(states.build()));
    refused(
        "page_token",
        () -> waybill.stub().listUploads(list().setPageToken("A".repeat(500_000)).build()));
  }

  /** Combining marks in the wrong order take the square of their number to put right. */
  @Test
  @Timeout(60)
  void nothingIsNormalisedBeforeItIsKnownToBeShort() {
    String marks = "a" + "\u0301".repeat(250_000) + "\u0316".repeat(250_000);
    refused("filename", () -> waybill.stub().startUpload(start().setFilename(marks).build()));
    refused("object_key", () -> waybill.stub().startUpload(start().setObjectKey(marks).build()));
    refused(
        "object_key_prefix",
        () -> waybill.stub().listUploads(list().setObjectKeyPrefix(marks).build()));
  }

  private static StartUploadRequest.Builder start() {
    return Requests.start(1);
  }

  private static ListUploadsRequest.Builder list() {
    return ListUploadsRequest.newBuilder();
  }

  private static void refused(String field, ThrowingCallable call) {
    Failures failure = Failures.of(call);
    assertThat(failure.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.fields()).containsExactly(field);
  }

  private Failures refused(SignPartsRequest.Builder request) {
    return Failures.of(() -> waybill.stub().signParts(request.build()))
        .hasReason(Reason.INVALID_REQUEST);
  }

  private Failures refused(ReportPartRequest.Builder request) {
    return Failures.of(() -> waybill.stub().reportPart(request.build()))
        .hasReason(Reason.INVALID_REQUEST);
  }

  private static ByteString bytes(int length) {
    return ByteString.copyFrom(new byte[length]);
  }
}
