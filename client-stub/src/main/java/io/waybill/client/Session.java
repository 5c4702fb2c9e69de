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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One upload session on the server: its calls are repeated while the server is out of reach. */
final class Session {

  private final WaybillClient client;
  private final Backoff backoff;
  private final String uploadId;
  private final ChecksumAlgorithm algorithm;
  private final PartPlan plan;

  Session(WaybillClient client, Backoff backoff, Upload upload) {
    this.client = client;
    this.backoff = backoff;
    this.uploadId = upload.getUploadId();
    this.algorithm = upload.getChecksumAlgorithm();
    this.plan = PartPlan.of(upload);
  }

  ChecksumAlgorithm algorithm() {
    return algorithm;
  }

  /** Whether parts can be signed before their bytes are known. */
  boolean unhashed() {
    return algorithm == ChecksumAlgorithm.CHECKSUM_ALGORITHM_NONE;
  }

  PartPlan plan() {
    return plan;
  }

  /** Signs one part, with its checksum unless that is empty. */
  SignedPart sign(int number, byte[] checksum) throws InterruptedException {
    PartToSign part =
        PartToSign.newBuilder()
            .setPartNumber(number)
            .setChecksum(ByteString.copyFrom(checksum))
            .build();
    List<SignedPart> signed = sign(List.of(part));
    if (signed.isEmpty()) {
      throw new IllegalStateException("the server signed nothing for part " + number);
    }
    return signed.get(0);
  }

  /** Signs parts without checksums; the reply may hold fewer. */
  List<SignedPart> signAll(List<Integer> numbers) throws InterruptedException {
    return sign(
        numbers.stream().map(n -> PartToSign.newBuilder().setPartNumber(n).build()).toList());
  }

  private List<SignedPart> sign(List<PartToSign> parts) throws InterruptedException {
    SignPartsRequest request =
        SignPartsRequest.newBuilder().setUploadId(uploadId).addAllParts(parts).build();
    List<SignedPart> signed = persist(() -> client.signParts(request)).getPartsList();
    for (SignedPart part : signed) {
      int number = part.getPartNumber();
      if (part.getOffsetBytes() != plan.offset(number)
          || part.getSizeBytes() != plan.size(number)) {
        throw new IllegalStateException("part " + number + " was signed as another region");
      }
    }
    return signed;
  }

  /** Records a part that S3 has taken. */
  void report(int number, String etag, byte[] checksum) throws InterruptedException {
    ReportPartRequest request =
        ReportPartRequest.newBuilder()
            .setUploadId(uploadId)
            .setPartNumber(number)
            .setEtag(etag)
            .setSizeBytes(plan.size(number))
            .setChecksum(ByteString.copyFrom(checksum))
            .build();
    persist(
        () -> {
          client.reportPart(request);
          return true;
        });
  }

  Upload complete() throws InterruptedException {
    return persist(() -> client.complete(uploadId));
  }

  Upload get() throws InterruptedException {
    return persist(() -> client.getUpload(uploadId));
  }

  /** The parts in the ledger. */
  List<Part> parts() throws InterruptedException {
    List<Part> parts = new ArrayList<>();
    String pageToken = "";
    do {
      ListPartsRequest request =
          ListPartsRequest.newBuilder()
              .setUploadId(uploadId)
              .setSource(io.waybill.v1.PartSource.PART_SOURCE_LEDGER)
              .setPageToken(pageToken)
              .build();
      ListPartsResponse page = persist(() -> client.listParts(request));
      parts.addAll(page.getPartsList());
      pageToken = page.getNextPageToken();
    } while (!pageToken.isEmpty() && parts.size() < plan.partCount());
    return parts;
  }

  /** What came with a RetryInfo was repeated by the client already. */
  private <T> T persist(Supplier<T> call) throws InterruptedException {
    for (int failures = 1; ; failures++) {
      try {
        return call.get();
      } catch (WaybillException e) {
        if (!e.isRetryable() || e.retryDelay().isPresent() || backoff.exhausted(failures)) {
          throw e;
        }
        backoff.pause(failures, Duration.ZERO);
      }
    }
  }
}
