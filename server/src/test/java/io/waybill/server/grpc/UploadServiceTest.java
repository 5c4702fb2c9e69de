package io.waybill.server.grpc;

import static io.waybill.server.grpc.Requests.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.v1.CompleteResponse;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.Part;
import io.waybill.v1.PartRange;
import io.waybill.v1.SignPartsResponse;
import io.waybill.v1.SignedPart;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every RPC does when all is well. */
class UploadServiceTest {
  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @Test
  void takesAnUploadFromItsStartToItsObject() {
    StartUploadResponse started = waybill.stub().startUpload(Requests.startThreeParts().build());
    String id = started.getUpload().getUploadId();
    SignPartsResponse signed = waybill.stub().signParts(Requests.signMissing(id, 10));
    assertThat(signed.getPartsList())
        .extracting(SignedPart::getOffsetBytes)
        .containsExactly(0L, 8 * MIB, 16 * MIB);
    for (SignedPart part : signed.getPartsList()) {
      String etag = waybill.rig().objects.putPart(waybill.rig().stored(id), part.getPartNumber());
      waybill.stub().reportPart(Requests.report(id, part.getPartNumber(), '"' + etag + '"'));
    }
    assertThat(waybill.stub().signParts(Requests.signMissing(id, 10)).getPartsList()).isEmpty();

    CompleteResponse completed = waybill.stub().complete(Requests.complete(id));

    Upload upload = completed.getUpload();
    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(upload.getObject().getSizeBytes()).isEqualTo(20 * MIB);
    assertThat(upload.getObject().getLocation())
        .isEqualTo("s3://bucket/acme/" + id + "/a file.bin");
    assertThat(upload.hasCompleteTime()).isTrue();
    assertThat(waybill.stub().complete(Requests.complete(id))).isEqualTo(completed);
    assertThat(waybill.stub().getUpload(Requests.get(id)).getUpload()).isEqualTo(upload);
  }

  @Test
  void takesASinglePutTheSameWay() {
    StartUploadResponse started =
        waybill.stub().startUpload(Requests.start(5).setSignFirst(1).build());
    String id = started.getUpload().getUploadId();
    assertThat(started.getUpload().getMode()).isEqualTo(UploadMode.UPLOAD_MODE_SINGLE);
    assertThat(started.getUpload().getPartSizeBytes()).isEqualTo(5);
    assertThat(started.getSignedParts(0).getHeadersMap()).containsEntry("if-none-match", "*");
    waybill.rig().objects.putObject(waybill.rig().stored(id));

    Upload upload = waybill.stub().complete(Requests.complete(id)).getUpload();

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(upload.getUploadedBytes()).isEqualTo(5);
  }

  @Test
  void startsWithAllThatWasAsked() {
    StartUploadRequest request =
        Requests.startThreeParts()
            .setContentType("image/png")
            .setObjectKey("a/b.png")
            .putMetadata("colour", "red")
            .setSignFirst(2)
            .build();

    StartUploadResponse started = waybill.stub().startUpload(request);

    Upload upload = started.getUpload();
    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_ACTIVE);
    assertThat(upload.getObjectKey()).isEqualTo("acme/" + upload.getUploadId() + "/a/b.png");
    assertThat(upload.getMetadataMap()).containsExactly(Map.entry("colour", "red"));
    assertThat(upload.getPartCount()).isEqualTo(3);
    assertThat(upload.getMissingRangesList())
        .containsExactly(PartRange.newBuilder().setFirstPart(1).setLastPart(3).build());
    assertThat(started.getSignedPartsList())
        .extracting(SignedPart::getPartNumber)
        .containsExactly(1, 2);
    Upload again = waybill.stub().startUpload(request).getUpload();
    assertThat(again.toBuilder().clearUpdateTime().build())
        .isEqualTo(upload.toBuilder().clearUpdateTime().build());
  }

  @Test
  void validatesWithoutMakingAnything() {
    StartUploadRequest request = Requests.startThreeParts().setValidateOnly(true).build();

    Upload upload = waybill.stub().startUpload(request).getUpload();

    assertThat(upload.getPartCount()).isEqualTo(3);
    assertThat(upload.getUploadId()).isEmpty();
    assertThat(upload.getObjectKey()).isEmpty();
    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_UNSPECIFIED);
    assertThat(waybill.stub().listUploads(ListUploadsRequest.getDefaultInstance()).getUploadsList())
        .isEmpty();
  }

  @Test
  void abortsAndKeepsSayingSo() {
    String id =
        waybill.stub().startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();

    Upload upload = waybill.stub().abort(Requests.abort(id)).getUpload();

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
    assertThat(waybill.stub().abort(Requests.abort(id)).getUpload()).isEqualTo(upload);
  }

  @Test
  void showsWhatIsMissing() {
    String id =
        waybill.stub().startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
    waybill.stub().reportPart(Requests.report(id, 2, "e"));

    Upload upload =
        waybill.stub().getUpload(GetUploadRequest.newBuilder().setUploadId(id).build()).getUpload();

    assertThat(upload.getUploadedParts()).isEqualTo(1);
    assertThat(upload.getMissingRangesList())
        .extracting(PartRange::getFirstPart)
        .containsExactly(1, 3);
  }

  @Test
  void listsPartsOfTheLedgerAndOfTheStorage() {
    String id =
        waybill.stub().startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
    waybill.stub().reportPart(Requests.report(id, 2, "e"));
    waybill.rig().objects.putPart(waybill.rig().stored(id), 3);

    List<Part> ledger = waybill.stub().listParts(Requests.listParts(id).build()).getPartsList();
    List<Part> storage = waybill.stub().listParts(Requests.listStored(id)).getPartsList();

    assertThat(ledger).extracting(Part::getPartNumber).containsExactly(2);
    assertThat(ledger.get(0).getEtag()).isEqualTo("e");
    assertThat(storage).extracting(Part::getOffsetBytes).containsExactly(16 * MIB);
  }
}
