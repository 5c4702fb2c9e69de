package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.waybill.server.upload.Caller;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Waybill for each test: the real service behind the real interceptors, in-process. A test fails
 * where any of its calls ends in what the contract does not have.
 */
final class InProcessWaybill implements BeforeEachCallback, AfterEachCallback {
  private static final Metadata.Key<String> TENANT =
      Metadata.Key.of("test-tenant", Metadata.ASCII_STRING_MARSHALLER);

  private @Nullable Running running;

  private record Running(
      Rig rig, Server server, ManagedChannel channel, ConformanceInterceptor conformance) {}

  @Override
  public void beforeEach(ExtensionContext context) {
    open();
  }

  void open() {
    Rig rig = new Rig();
    String name = UUID.randomUUID().toString();
    Server server =
        started(
            InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(
                    GuardedServices.of(
                        rig.service,
                        List.of(
                            new CallerInterceptor(
                                (call, headers) ->
                                    CompletableFuture.completedFuture(caller(headers)),
                                Permissions.of(Reflection.OFF),
                                rig.calls,
                                rig.errors)),
                        new ShutdownGate(rig.errors),
                        rig.errors))
                .build());
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    running = new Running(rig, server, channel, new ConformanceInterceptor());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
  }

  void close() {
    Running ended = running();
    ended.channel().shutdownNow();
    ended.server().shutdownNow();
    ended.rig().close();
    assertThat(ended.conformance().breaches()).isEmpty();
  }

  private static Server started(Server server) {
    try {
      return server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The use cases, stores and threads behind it. */
  Rig rig() {
    return running().rig();
  }

  ManagedChannel channel() {
    return running().channel();
  }

  /** This test plants a defect, and so INTERNAL is right. */
  void expectDefect() {
    running().conformance().expectDefect();
  }

  /** A caller of the tenant that {@link Rig#stored} looks at. */
  UploadServiceBlockingStub stub() {
    return stub(Rig.TENANT);
  }

  UploadServiceBlockingStub stub(String tenant) {
    return UploadServiceGrpc.newBlockingStub(channel())
        .withInterceptors(running().conformance(), as(tenant));
  }

  UploadServiceGrpc.UploadServiceFutureStub futureStub() {
    return UploadServiceGrpc.newFutureStub(channel())
        .withInterceptors(running().conformance(), as(Rig.TENANT));
  }

  UploadServiceGrpc.UploadServiceStub asyncStub(String tenant) {
    return UploadServiceGrpc.newStub(channel())
        .withInterceptors(running().conformance(), as(tenant));
  }

  private static io.grpc.ClientInterceptor as(String tenant) {
    Metadata headers = new Metadata();
    headers.put(TENANT, tenant);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static Caller caller(Metadata headers) {
    String tenant = headers.get(TENANT);
    return new Caller(tenant == null ? Rig.TENANT : tenant, "test");
  }

  private Running running() {
    return Objects.requireNonNull(running);
  }
}
