package io.waybill.server.grpc;

import com.google.protobuf.ByteString;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import java.util.List;

/** Parts as the contract shows them. */
final class PartProtos {
  private PartProtos() {}

  static List<io.waybill.v1.SignedPart> signed(List<SignedPart> parts) {
    return parts.stream().map(PartProtos::signed).toList();
  }

  private static io.waybill.v1.SignedPart signed(SignedPart part) {
    return io.waybill.v1.SignedPart.newBuilder()
        .setPartNumber(part.number())
        .setMethod(part.method())
        .setUrl(part.url())
        .putAllHeaders(part.headers())
        .setOffsetBytes(part.offsetBytes())
        .setSizeBytes(part.sizeBytes())
        .setExpireTime(ProtoTimes.timestamp(part.expireTime()))
        .addAllReportHeaders(part.reportHeaders())
        .build();
  }

  static io.waybill.v1.Part part(PartPlan plan, Part part) {
    io.waybill.v1.Part.Builder builder =
        io.waybill.v1.Part.newBuilder()
            .setPartNumber(part.number())
            .setSizeBytes(part.sizeBytes())
            .setEtag(part.etag())
            .setReportTime(ProtoTimes.timestamp(part.time()));
    if (plan.contains(part.number())) { // S3 may hold parts that nobody planned
      builder.setOffsetBytes(plan.offsetOf(part.number()));
    }
    if (part.checksum() != null) {
      builder.setChecksum(ByteString.copyFrom(part.checksum().toBytes()));
    }
    return builder.build();
  }
}
