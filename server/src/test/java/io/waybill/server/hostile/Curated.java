package io.waybill.server.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.waybill.server.hostile.HostileCall.Header;
import io.waybill.server.upload.Reason;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.PartSource;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.WatchUploadRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The calls, made of the tables: every RPC with every twist, and with every bad header. */
final class Curated {
  private static final Set<Reason> MALFORMED = Set.of(Reason.MALFORMED_REQUEST);
  private static final Set<Reason> DENIED = Set.of(Reason.PERMISSION_DENIED);
  private static final int CUTS = 40;

  /** A request that is right, and all that it may be turned into. */
  record Base(String rpc, Message right, List<Twist> twists) {}

  private final HostileServer server;
  private final Sessions own;
  private final List<Header> caller;
  private final List<HostileCall> calls = new ArrayList<>();

  private Curated(HostileServer server, Sessions own) {
    this.server = server;
    this.own = own;
    this.caller = List.of(Header.bearer(server.issuer.token("acme", HostileServer.UPLOADER)));
  }

  static List<HostileCall> of(HostileServer server, Sessions own) {
    Curated curated = new Curated(server, own);
    List<Base> bases = curated.bases();
    bases.forEach(curated::twisted);
    Map<String, Message> right = new LinkedHashMap<>();
    bases.forEach(base -> right.put(base.rpc(), base.right()));
    right.forEach(curated::broken);
    right.forEach(curated::unknownCallers);
    right.forEach(curated::namedTenants);
    right.forEach(curated::withoutTheRole);
    curated.againstTheState();
    return curated.calls;
  }

  List<Base> bases() {
    String id = own.active();
    Message completed = ListPartsRequest.newBuilder().setUploadId(own.completed()).build();
    return List.of(
        new Base("StartUpload", Sessions.parts().build(), Tables.startUpload()),
        new Base("SignParts", Sessions.sign(id).build(), Tables.signParts()),
        new Base("SignParts", Sessions.sign(own.checked()).build(), Tables.signCheckedParts()),
        new Base(
            "ReportPart",
            ReportPartRequest.newBuilder().setUploadId(id).setPartNumber(1).build(),
            Tables.reportPart()),
        new Base("Complete", CompleteRequest.newBuilder().setUploadId(id).build(), Tables.id()),
        new Base("Abort", AbortRequest.newBuilder().setUploadId(id).build(), Tables.id()),
        new Base("GetUpload", GetUploadRequest.newBuilder().setUploadId(id).build(), Tables.id()),
        new Base(
            "WatchUpload",
            WatchUploadRequest.newBuilder().setUploadId(id).build(),
            Tables.watchUpload()),
        new Base("ListUploads", ListUploadsRequest.getDefaultInstance(), Tables.listUploads()),
        new Base(
            "ListUploads",
            ListUploadsRequest.newBuilder().setPageSize(1).build(),
            Tables.pageTokens(Forgeries.of(uploadsToken("acme", 1)))),
        new Base(
            "ListUploads",
            ListUploadsRequest.newBuilder().setDestination("main").build(),
            Tables.pageTokens(
                List.of(uploadsToken("acme", 1), uploadsToken("beta", 1), partsToken()))),
        new Base("ListParts", completed, Tables.listParts()),
        new Base("ListParts", completed, Tables.pageTokens(Forgeries.of(partsToken()))),
        new Base(
            "ListParts",
            ListPartsRequest.newBuilder()
                .setUploadId(id)
                .setSource(PartSource.PART_SOURCE_STORAGE)
                .build(),
            Tables.pageTokens(List.of(partsToken(), uploadsToken("acme", 1)))));
  }

  private String uploadsToken(String tenant, int pageSize) {
    return server
        .as(tenant)
        .listUploads(ListUploadsRequest.newBuilder().setPageSize(pageSize).build())
        .getNextPageToken();
  }

  /** Of the upload with two reported parts. */
  private String partsToken() {
    return server
        .as("acme")
        .listParts(ListPartsRequest.newBuilder().setUploadId(own.active()).setPageSize(1).build())
        .getNextPageToken();
  }

  private void twisted(Base base) {
    for (Twist twist : base.twists()) {
      Message.Builder message = base.right().toBuilder();
      twist.turn().accept(message);
      add(twist.toString(), base.rpc(), message.build().toByteArray(), caller, twist.reasons());
    }
  }

  private void broken(String rpc, Message right) {
    Wire.broken(right).forEach((what, bytes) -> add(what, rpc, bytes, caller, MALFORMED));
    List<byte[]> cut = Wire.cutShort(right, CUTS);
    for (byte[] bytes : cut) {
      add("cut after " + bytes.length, rpc, bytes, caller, MALFORMED);
    }
    add("2 MiB", rpc, new byte[2 << 20], caller, Set.of());
  }

  private void unknownCallers(String rpc, Message right) {
    byte[] bytes = right.toByteArray();
    BadTokens.of(server.issuer)
        .forEach((what, headers) -> add(what, rpc, bytes, headers, Set.of(Reason.UNAUTHENTICATED)));
    for (String token : BadTokens.ofNoTenant(server.issuer)) {
      add("a token of no tenant", rpc, bytes, List.of(Header.bearer(token)), DENIED);
    }
  }

  private void namedTenants(String rpc, Message right) {
    byte[] bytes = right.toByteArray();
    Header admin = Header.bearer(server.issuer.token("ops", HostileServer.ADMIN));
    for (String tenant :
        List.of("", "..", "../acme", "ACME", "a/b", "acme'--", "acme,beta", "x".repeat(64), "*")) {
      Header named = new Header("waybill-tenant", tenant);
      add("tenant " + tenant, rpc, bytes, List.of(admin, named), Set.of(Reason.INVALID_REQUEST));
      add("tenant " + tenant, rpc, bytes, List.of(caller.get(0), named), DENIED);
    }
    Header acme = new Header("waybill-tenant", "acme");
    Header beta = new Header("waybill-tenant", "beta");
    add("two tenants", rpc, bytes, List.of(admin, acme, beta), Set.of(Reason.INVALID_REQUEST));
    add("another tenant", rpc, bytes, List.of(caller.get(0), beta), DENIED);
  }

  private void withoutTheRole(String rpc, Message right) {
    boolean reads = Set.of("GetUpload", "ListUploads", "ListParts", "WatchUpload").contains(rpc);
    for (String role : List.of("", "admin", "waybill-Uploader", HostileServer.READER)) {
      if (!reads || !role.equals(HostileServer.READER)) {
        List<Header> known = List.of(Header.bearer(server.issuer.token("acme", role)));
        add("role " + role, rpc, right.toByteArray(), known, DENIED);
      }
    }
  }

  /** Right in form, and not now. */
  private void againstTheState() {
    state("SignParts", own.aborted(), Reason.UPLOAD_ABORTED);
    state("SignParts", own.completed(), Reason.UPLOAD_COMPLETED);
    state("ReportPart", own.aborted(), Reason.UPLOAD_ABORTED);
    state("Complete", own.aborted(), Reason.UPLOAD_ABORTED);
    // Not of the one with reported parts: Complete looks into S3, and takes the report back.
    state("Complete", own.checked(), Reason.PARTS_MISSING);
    state("Abort", own.completed(), Reason.UPLOAD_COMPLETED);
    add(
        "part 1 of a completed upload, with another ETag",
        "ReportPart",
        ReportPartRequest.newBuilder()
            .setUploadId(own.completed())
            .setPartNumber(1)
            .setEtag("other")
            .build()
            .toByteArray(),
        caller,
        Set.of(Reason.UPLOAD_COMPLETED));
  }

  private void state(String rpc, String id, Reason reason) {
    add("too late", rpc, Strangers.about(rpc, id).toByteArray(), caller, Set.of(reason));
  }

  private void add(
      String what, String rpc, byte[] message, List<Header> headers, Set<Reason> reasons) {
    calls.add(new HostileCall(what, rpc, ByteString.copyFrom(message), headers, reasons));
  }

  /** For combinations of what is in the tables. */
  static List<Base> bases(HostileServer server, Sessions own) {
    return new Curated(server, own).bases();
  }
}
