package io.waybill.server.grpc;

import static io.waybill.server.grpc.Requests.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Role;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.AbortResponse;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each role may call, and what becomes of everybody else. */
class RolesTest {
  private static final String UNKNOWN_ID = "019b76da-a800-7bb2-92c6-ae7df9b15165";

  /** The table, once more and by hand. */
  private static final Set<Role> WRITERS = Set.of(Role.UPLOADER, Role.ADMIN);

  private static final Map<String, Set<Role>> MAY =
      Map.of(
          "StartUpload", WRITERS,
          "SignParts", WRITERS,
          "ReportPart", WRITERS,
          "Complete", WRITERS,
          "Abort", WRITERS,
          "GetUpload", Set.of(Role.values()),
          "ListUploads", Set.of(Role.values()),
          "ListParts", Set.of(Role.values()),
          "WatchUpload", Set.of(Role.values()));

  @TempDir Path folder;
  private @Nullable SecuredWaybill opened;

  private SecuredWaybill waybill(Reflection reflection) {
    SecuredWaybill waybill = SecuredWaybill.withTokens(folder, reflection);
    opened = waybill;
    return waybill;
  }

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private interface Call {
    Object apply(UploadServiceBlockingStub stub, String id);
  }

  private static Map<String, Call> calls() {
    Map<String, Call> calls = new LinkedHashMap<>();
    calls.put("StartUpload", (stub, id) -> stub.startUpload(Requests.start(MIB).build()));
    calls.put("SignParts", (stub, id) -> stub.signParts(Requests.signMissing(id, 1)));
    calls.put("ReportPart", (stub, id) -> stub.reportPart(Requests.report(id, 1, "e")));
    calls.put("Complete", (stub, id) -> stub.complete(Requests.complete(id)));
    calls.put("Abort", (stub, id) -> stub.abort(Requests.abort(id)));
    calls.put("GetUpload", (stub, id) -> stub.getUpload(Requests.get(id)));
    calls.put(
        "ListUploads", (stub, id) -> stub.listUploads(ListUploadsRequest.getDefaultInstance()));
    calls.put("ListParts", (stub, id) -> stub.listParts(Requests.listParts(id).build()));
    calls.put("WatchUpload", (stub, id) -> stub.watchUpload(Requests.watch(id).build()).next());
    return calls;
  }

  @Test
  void theTestKnowsEveryRpc() {
    assertThat(
            UploadServiceGrpc.getServiceDescriptor().getMethods().stream()
                .map(MethodDescriptor::getBareMethodName))
        .containsExactlyInAnyOrderElementsOf(MAY.keySet())
        .containsExactlyInAnyOrderElementsOf(calls().keySet());
  }

  @Test
  void everyRoleMayCallWhatTheTableSays() {
    SecuredWaybill waybill = waybill(Reflection.OFF);
    ManagedChannel channel = waybill.plaintext();
    for (Role role : Role.values()) {
      String word = "waybill-" + role.name().toLowerCase(Locale.ROOT);
      UploadServiceBlockingStub stub = waybill.as(channel, "acme", word);
      calls()
          .forEach(
              (rpc, call) -> {
                boolean may = MAY.getOrDefault(rpc, Set.of()).contains(role);
                Throwable thrown = catchThrowable(() -> call.apply(stub, UNKNOWN_ID));
                if (may) {
                  assertThat(codeOf(thrown)).as(role + " " + rpc).isIn(Code.OK, Code.NOT_FOUND);
                } else {
                  Failures.of((StatusRuntimeException) thrown)
                      .hasReason(Reason.PERMISSION_DENIED)
                      .has("rpc", rpc)
                      .mayBeRetried(false);
                }
              });
    }
  }

  private static Code codeOf(@Nullable Throwable thrown) {
    return thrown instanceof StatusRuntimeException e ? e.getStatus().getCode() : Code.OK;
  }

  @Test
  void withoutARoleThereIsNothing() {
    SecuredWaybill waybill = waybill(Reflection.OFF);
    UploadServiceBlockingStub stub = waybill.as(waybill.plaintext(), "acme", "guest");
    calls()
        .forEach(
            (rpc, call) ->
                Failures.of(() -> call.apply(stub, UNKNOWN_ID))
                    .hasReason(Reason.PERMISSION_DENIED));
  }

  @Test
  void withoutATokenThereIsNothing() {
    SecuredWaybill waybill = waybill(Reflection.OFF);
    ManagedChannel channel = waybill.plaintext();
    String genuine = "Bearer " + waybill.issuer.token("acme", "waybill-admin");
    for (UploadServiceBlockingStub stub :
        List.of(
            waybill.stub(channel),
            waybill.stub(channel, "authorization", "Bearer x.y.z"),
            waybill.stub(channel, "authorization", "Bearer " + "x".repeat(9_000)),
            waybill.stub(channel, "authorization", genuine, "authorization", "Bearer x"),
            waybill.stub(channel, "waybill-tenant", "acme"))) {
      calls()
          .forEach(
              (rpc, call) ->
                  Failures.of(() -> call.apply(stub, UNKNOWN_ID))
                      .hasReason(Reason.UNAUTHENTICATED)
                      .mayBeRetried(false));
    }
  }

  @Test
  void anAdminMayNameATenantAndNobodyElseMay() {
    SecuredWaybill waybill = waybill(Reflection.OFF);
    ManagedChannel channel = waybill.plaintext();
    String id =
        waybill
            .as(channel, "acme", "waybill-uploader")
            .startUpload(Requests.start(MIB).build())
            .getUpload()
            .getUploadId();
    UploadServiceBlockingStub admin = waybill.as(channel, "ops", "waybill-admin");
    Failures.of(() -> admin.getUpload(Requests.get(id))).hasReason(Reason.UPLOAD_NOT_FOUND);
    assertThat(naming("acme", admin).getUpload(Requests.get(id)).getUpload().getUploadId())
        .isEqualTo(id);

    Failures wrong = Failures.of(() -> naming("../acme", admin).getUpload(Requests.get(id)));
    assertThat(wrong.hasReason(Reason.INVALID_REQUEST).fields()).containsExactly("waybill-tenant");
    UploadServiceBlockingStub two = naming("acme", naming("other", admin));
    Failures several = Failures.of(() -> two.getUpload(Requests.get(id)));
    assertThat(several.hasReason(Reason.INVALID_REQUEST).fields())
        .containsExactly("waybill-tenant");
    for (String role : List.of("waybill-uploader", "waybill-reader")) {
      UploadServiceBlockingStub other = waybill.as(channel, "other", role);
      Failures.of(() -> naming("acme", other).getUpload(Requests.get(id)))
          .hasReason(Reason.PERMISSION_DENIED);
      Failures.of(() -> naming("other", other).getUpload(Requests.get(id)))
          .hasReason(Reason.UPLOAD_NOT_FOUND);
    }
  }

  private static UploadServiceBlockingStub naming(String tenant, UploadServiceBlockingStub stub) {
    var headers = new Metadata();
    headers.put(NamedTenants.TENANT, tenant);
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Test
  void aStrangersUploadIsByteForByteAsUnknownAsOneThatNeverWas() {
    SecuredWaybill waybill = waybill(Reflection.OFF);
    ManagedChannel channel = waybill.plaintext();
    String id =
        waybill
            .as(channel, "acme", "waybill-uploader")
            .startUpload(Requests.startThreeParts().build())
            .getUpload()
            .getUploadId();
    UploadServiceBlockingStub stranger = waybill.as(channel, "stranger", "waybill-uploader");
    try (SecuredWaybill empty = SecuredWaybill.withTokens(folder, Reflection.OFF)) {
      UploadServiceBlockingStub there = empty.as(empty.plaintext(), "stranger", "waybill-uploader");
      Map<String, Call> withIds = calls();
      withIds.keySet().removeAll(List.of("StartUpload", "ListUploads"));
      withIds.put("ListParts STORAGE", (stub, n) -> stub.listParts(Requests.listStored(n)));
      withIds.forEach(
          (rpc, call) -> {
            Failures foreign = Failures.of(() -> call.apply(stranger, id));
            Failures unknown = Failures.of(() -> call.apply(there, id));
            foreign.hasReason(Reason.UPLOAD_NOT_FOUND).mayBeRetried(false);
            assertThat(foreign.bytes()).as(rpc).isEqualTo(unknown.bytes());
          });
    }
    assertThat(stranger.listUploads(ListUploadsRequest.getDefaultInstance()).getUploadsList())
        .isEmpty();
  }

  @Test
  void aStreamEndsWithItsToken() throws Exception {
    SecuredWaybill waybill = waybill(Reflection.OFF);
    UploadServiceBlockingStub stub = waybill.as(waybill.plaintext(), "acme", "waybill-uploader");
    String id = stub.startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
    WatchedStream stream = WatchedStream.reading();
    UploadServiceGrpc.newStub(stub.getChannel()).watchUpload(Requests.watch(id).build(), stream);
    assertThat(stream.next().getUploadId()).isEqualTo(id);
    await().until(() -> waybill.rig.watching() == 1);
    waybill.rig.watches.look();
    assertThat(waybill.rig.watching()).isEqualTo(1);

    waybill.rig.clock.advance(Duration.ofDays(3_650)); // which verifies tokens by another clock
    await()
        .until(
            () -> {
              waybill.rig.watches.look();
              return waybill.rig.watching() == 0;
            });
    stream.failure().hasReason(Reason.UNAUTHENTICATED).has("problem", "expired");
  }

  @Test
  void healthIsOpenToEverybody() {
    SecuredWaybill waybill = waybill(Reflection.OFF);
    var stub = HealthGrpc.newBlockingStub(waybill.plaintext());
    assertThat(stub.check(HealthCheckRequest.getDefaultInstance()).getStatus().name())
        .isEqualTo("SERVING");
  }

  @Test
  void reflectionIsThereAsTheConfigurationSays() {
    SecuredWaybill off = waybill(Reflection.OFF);
    Failures.of(() -> reflect(off, null)).isBare(Code.UNIMPLEMENTED);
    off.close();
    SecuredWaybill authenticated = waybill(Reflection.AUTHENTICATED);
    Failures.of(() -> reflect(authenticated, null)).hasReason(Reason.UNAUTHENTICATED);
    String token = "Bearer " + authenticated.issuer.token("acme", "no role of ours");
    assertThat(reflect(authenticated, token)).contains("waybill.v1.UploadService");
    authenticated.close();
    assertThat(reflect(waybill(Reflection.ON), null)).contains("waybill.v1.UploadService");
  }

  private static List<String> reflect(SecuredWaybill waybill, @Nullable String authorization) {
    var headers = new Metadata();
    if (authorization != null) {
      headers.put(SecuredWaybill.AUTHORIZATION, authorization);
    }
    var channel =
        ClientInterceptors.intercept(
            waybill.plaintext(), MetadataUtils.newAttachHeadersInterceptor(headers));
    MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> unary =
        ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .build();
    List<String> services = new ArrayList<>();
    ClientCalls.blockingServerStreamingCall(
            channel,
            unary,
            CallOptions.DEFAULT,
            ServerReflectionRequest.newBuilder().setListServices("").build())
        .forEachRemaining(
            answer ->
                answer
                    .getListServicesResponse()
                    .getServiceList()
                    .forEach(service -> services.add(service.getName())));
    return services;
  }

  @Test
  void aMethodWithoutAPermissionKeepsTheServerFromStarting() {
    MethodDescriptor<AbortRequest, AbortResponse> undeclared =
        UploadServiceGrpc.getAbortMethod().toBuilder()
            .setFullMethodName("waybill.v1.OtherService/Forgotten")
            .build();
    BindableService service =
        () ->
            ServerServiceDefinition.builder("waybill.v1.OtherService")
                .addMethod(undeclared, ServerCalls.asyncUnaryCall((request, observer) -> {}))
                .build();
    Rig rig = new Rig();
    try {
      assertThatThrownBy(
              () ->
                  GrpcServer.start(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                      InsecureServerCredentials.create(),
                      GrpcLimits.DEFAULT,
                      List.of(rig.service, service),
                      List.of(),
                      Permissions.of(Reflection.ON),
                      rig.errors))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no permission is declared: waybill.v1.OtherService/Forgotten");
    } finally {
      rig.close();
    }
  }

  @Test
  void everyMethodOfTheContractHasAPermission() {
    Permissions permissions = Permissions.of(Reflection.ON);
    assertThat(
            UploadServiceGrpc.getServiceDescriptor().getMethods().stream()
                .collect(Collectors.toMap(MethodDescriptor::getBareMethodName, permissions::of)))
        .hasSize(MAY.size())
        .doesNotContainValue(Permission.OPEN)
        .doesNotContainValue(Permission.KNOWN);
  }
}
