package io.waybill.client;

import com.google.protobuf.ByteString;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListPartsResponse;
import io.waybill.v1.Part;
import io.waybill.v1.PartToSign;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignedPart;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import java.util.ArrayList;
import java.util.List;

/** One upload session on the server; the client repeats what may succeed later. */
final class Session {

  private final WaybillClient client;
  private final String uploadId;
  private final ChecksumAlgorithm algorithm;
  private final PartPlan plan;
  private final boolean single;

  Session(WaybillClient client, Upload upload) {
    this.client = client;
    this.uploadId = upload.getUploadId();
    this.algorithm = upload.getChecksumAlgorithm();
    this.plan = PartPlan.of(upload);
    this.single = upload.getMode() == UploadMode.UPLOAD_MODE_SINGLE;
  }

  ChecksumAlgorithm algorithm() {
    return algorithm;
  }

  /** Whether parts can be signed before their bytes are known. */
  boolean unhashed() {
    return algorithm == ChecksumAlgorithm.CHECKSUM_ALGORITHM_NONE;
  }

  /** Whether the object is one PUT, so that it can be no mixture of two files. */
  boolean isSingle() {
    return single;
  }

  PartPlan plan() {
    return plan;
  }

  /** Signs parts without checksums; the reply may hold fewer. */
  List<SignedPart> signAll(List<Integer> numbers) {
    return sign(
        numbers.stream().map(n -> PartToSign.newBuilder().setPartNumber(n).build()).toList());
  }

  /** Signs parts; the reply may hold fewer. */
  List<SignedPart> sign(List<PartToSign> parts) {
    SignPartsRequest request =
        SignPartsRequest.newBuilder().setUploadId(uploadId).addAllParts(parts).build();
    List<SignedPart> signed = client.signParts(request).getPartsList();
    for (SignedPart part : signed) {
      int number = part.getPartNumber();
      if (part.getOffsetBytes() != plan.offset(number)
          || part.getSizeBytes() != plan.size(number)) {
        throw new IllegalStateException("part " + number + " was signed as another region");
      }
    }
    return signed;
  }

  /** Begins to record a part that S3 has taken. */
  PendingReport report(int number, String etag, byte[] checksum, Runnable onRecorded) {
    ReportPartRequest request =
        ReportPartRequest.newBuilder()
            .setUploadId(uploadId)
            .setPartNumber(number)
            .setEtag(etag)
            .setSizeBytes(plan.size(number))
            .setChecksum(ByteString.copyFrom(checksum))
            .build();
    return client.beginReport(request, onRecorded);
  }

  Upload complete() {
    return client.complete(uploadId);
  }

  Upload get() {
    return client.getUpload(uploadId);
  }

  /** The parts in the ledger, or those that S3 lists. */
  List<Part> parts(io.waybill.v1.PartSource source) {
    List<Part> parts = new ArrayList<>();
    String pageToken = "";
    do {
      ListPartsRequest request =
          ListPartsRequest.newBuilder()
              .setUploadId(uploadId)
              .setSource(source)
              .setPageToken(pageToken)
              .build();
      ListPartsResponse page = client.listParts(request);
      parts.addAll(page.getPartsList());
      pageToken = page.getNextPageToken();
    } while (!pageToken.isEmpty() && parts.size() < plan.partCount());
    return parts;
  }
}
