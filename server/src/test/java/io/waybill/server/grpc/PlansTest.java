package io.waybill.server.grpc;

import static io.waybill.server.grpc.Requests.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.S3Limits;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignPartsResponse;
import io.waybill.v1.SignedPart;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From nothing to 48.8 TiB. */
class PlansTest {
  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 100_000_007, 1L << 40})
  void thePartsOfAPlanAreTheFile(long sizeBytes) {
    for (UploadMode mode : List.of(UploadMode.UPLOAD_MODE_AUTO, UploadMode.UPLOAD_MODE_MULTIPART)) {
      Upload upload = start(Requests.start(sizeBytes).setMode(mode));
      SignPartsResponse last =
          waybill
              .stub()
              .signParts(
                  SignPartsRequest.newBuilder()
                      .setUploadId(upload.getUploadId())
                      .addParts(PartToSign.newBuilder().setPartNumber(upload.getPartCount()))
                      .build());
      SignedPart part = last.getParts(0);
      assertThat(part.getOffsetBytes() + part.getSizeBytes()).isEqualTo(sizeBytes);
      assertThat(part.getOffsetBytes())
          .isEqualTo((upload.getPartCount() - 1) * upload.getPartSizeBytes());
    }
  }

  @Test
  void theLargestObjectHasTenThousandPartsOfFiveGibibytes() {
    Upload upload = start(Requests.start(S3Limits.MAX_OBJECT_BYTES));
    assertThat(upload.getSizeBytes()).isEqualTo(53_687_091_200_000L);
    assertThat(upload.getPartCount()).isEqualTo(10_000);
    assertThat(upload.getPartSizeBytes()).isEqualTo(5L << 30);
    var last =
        waybill
            .stub()
            .signParts(
                SignPartsRequest.newBuilder()
                    .setUploadId(upload.getUploadId())
                    .addParts(PartToSign.newBuilder().setPartNumber(10_000))
                    .build())
            .getParts(0);
    assertThat(last.getOffsetBytes()).isEqualTo(9_999 * (5L << 30));
    assertThat(last.getSizeBytes()).isEqualTo(5L << 30);
    var one = Requests.start(S3Limits.MAX_OBJECT_BYTES + 1).build();
    Failures.of(() -> waybill.stub().startUpload(one)).hasReason(Reason.SIZE_LIMIT_EXCEEDED);
    var single = Requests.start((5L << 30) + 1).setMode(UploadMode.UPLOAD_MODE_SINGLE).build();
    Failures.of(() -> waybill.stub().startUpload(single)).hasReason(Reason.SIZE_LIMIT_EXCEEDED);
  }

  @Test
  void tenThousandPartsAreSignedInRepliesOfThreeMebibytes() {
    Upload upload = start(Requests.start(10_000 * 8 * MIB));
    assertThat(upload.getPartCount()).isEqualTo(10_000);
    SignPartsResponse first =
        waybill.stub().signParts(Requests.signMissing(upload.getUploadId(), 10_000));
    assertThat(first.getTruncated()).isTrue();
    assertThat(first.getSerializedSize()).isBetween(2 << 20, 3 << 20);

    Set<Integer> signed = new HashSet<>();
    SignPartsRequest.Builder rest = SignPartsRequest.newBuilder().setUploadId(upload.getUploadId());
    for (int n = 1; n <= 10_000; n++) {
      rest.addParts(PartToSign.newBuilder().setPartNumber(n));
    }
    while (rest.getPartsCount() > 0) {
      SignPartsResponse reply = waybill.stub().signParts(rest.build());
      reply.getPartsList().forEach(part -> signed.add(part.getPartNumber()));
      List<PartToSign> left =
          List.copyOf(rest.getPartsList().subList(reply.getPartsCount(), rest.getPartsCount()));
      assertThat(reply.getTruncated()).isEqualTo(!left.isEmpty());
      rest.clearParts().addAllParts(left);
    }
    assertThat(signed).hasSize(10_000);
  }

  @Test
  void completesTenThousandParts() {
    Upload upload = start(Requests.start(10_000 * 8 * MIB));
    var stored = waybill.rig().stored(upload.getUploadId());
    for (int n = 1; n <= 10_000; n += 2) {
      waybill.rig().objects.putPart(stored, n);
    }
    Failures.of(() -> waybill.stub().complete(Requests.complete(upload.getUploadId())))
        .hasReason(Reason.PARTS_MISSING)
        .has("missing_count", "5000");
    for (int n = 2; n <= 10_000; n += 2) {
      waybill.rig().objects.putPart(stored, n);
    }
    Upload done = waybill.stub().complete(Requests.complete(upload.getUploadId())).getUpload();
    assertThat(done.getObject().getSizeBytes()).isEqualTo(10_000 * 8 * MIB);
    assertThat(done.getUploadedParts()).isEqualTo(10_000);
  }

  private Upload start(StartUploadRequest.Builder request) {
    return waybill.stub().startUpload(request.build()).getUpload();
  }
}
