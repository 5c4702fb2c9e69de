package io.waybill.server.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.waybill.server.hostile.HostileCall.Header;
import io.waybill.server.upload.Reason;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.PartSource;
import io.waybill.v1.PartToSign;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.WatchUploadRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Requests that are right but for whose upload they are about. */
final class Strangers {
  private static final Set<Reason> NOT_FOUND = Set.of(Reason.UPLOAD_NOT_FOUND);

  private Strangers() {}

  /** The plainest request of an RPC about an upload. */
  static Message about(String rpc, String id) {
    return Objects.requireNonNull(requests(id).get(rpc), rpc);
  }

  /** Every way to ask about an upload, by the RPC and what is special. */
  private static Map<String, Message> requests(String id) {
    Map<String, Message> all = new LinkedHashMap<>();
    all.put("SignParts", Sessions.sign(id).build());
    all.put(
        "SignParts with a checksum",
        SignPartsRequest.newBuilder()
            .setUploadId(id)
            .addParts(
                PartToSign.newBuilder()
                    .setPartNumber(1)
                    .setChecksum(ByteString.copyFromUtf8("abcd")))
            .build());
    all.put(
        "SignParts beyond any plan",
        SignPartsRequest.newBuilder()
            .setUploadId(id)
            .addParts(PartToSign.newBuilder().setPartNumber(10_000))
            .build());
    ReportPartRequest.Builder report =
        ReportPartRequest.newBuilder().setUploadId(id).setPartNumber(1);
    all.put("ReportPart", report.build());
    all.put("ReportPart of another size", report.setSizeBytes(1).build());
    all.put("ReportPart beyond any plan", report.setPartNumber(10_000).build());
    all.put("Complete", CompleteRequest.newBuilder().setUploadId(id).build());
    all.put("Abort", AbortRequest.newBuilder().setUploadId(id).build());
    all.put("GetUpload", GetUploadRequest.newBuilder().setUploadId(id).build());
    WatchUploadRequest.Builder watch = WatchUploadRequest.newBuilder().setUploadId(id);
    all.put("WatchUpload", watch.build());
    all.put("WatchUpload of what is to come", watch.setAfterRevision(Long.MAX_VALUE).build());
    ListPartsRequest.Builder list = ListPartsRequest.newBuilder().setUploadId(id);
    all.put("ListParts", list.build());
    all.put("ListParts in S3", list.setSource(PartSource.PART_SOURCE_STORAGE).build());
    return all;
  }

  /** All of them, by a caller whose upload it is not. */
  static List<HostileCall> calls(String id, Header caller) {
    return requests(id).entrySet().stream()
        .map(
            each ->
                HostileCall.of(
                    each.getKey() + " of another's " + id,
                    each.getKey().split(" ", 2)[0],
                    each.getValue(),
                    List.of(caller),
                    NOT_FOUND))
        .toList();
  }
}
