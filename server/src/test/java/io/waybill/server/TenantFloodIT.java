package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.stub.MetadataUtils;
import io.waybill.server.auth.TestAuthentication;
import io.waybill.server.auth.TestIssuer;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.UploadSpec;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadServiceGrpc;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tenant that floods a server, and one beside it that does what it always does. It is judged that
 * every call of the quiet one is answered; how fast is printed, since machines differ.
 */
class TenantFloodIT {
  private static final String KEY = "access";
  private static final int JOURNEYS = 20;
  private static final long PARTS = 3;
  private static final long PART_BYTES = 8L << 20;

  /** More than the workers take of one tenant, with what waits for them. */
  private static final int AT_ONCE = 600;

  @TempDir Path folder;

  private final TestIssuer issuer = new TestIssuer(Clock.systemUTC());
  private final List<ManagedChannel> channels = new ArrayList<>();

  /** Tenants are on machines of their own: what the flood sends is not in the other's way. */
  private final Map<String, EventLoopGroup> loops = new HashMap<>();

  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger stuck = new AtomicInteger();

  /** Whose creates S3 does not answer; nobody's for the empty name. */
  private volatile String hanging = "";

  private FakeAwsS3 s3;
  private WaybillServer server;

  @BeforeEach
  void start() throws Exception {
    s3 =
        FakeAwsS3.start(
            KEY, "secret", FakeAwsS3.MIN_PART_BYTES, Clock.systemUTC(), List.of("bucket"));
    ServerConfig config = config();
    TestFindings.rememberAws(config);
    S3Storage storage = S3Storage.open(config.connections(), KEY, "secret", Clock.systemUTC());
    server =
        WaybillServer.start(
            config,
            Core.open(
                config,
                storage,
                new Core.Ports(
                    UnaryOperator.identity(), this::stuckForTheFlood, UnaryOperator.identity())));
  }

  @AfterEach
  void stop() {
    gate.countDown();
    channels.forEach(ManagedChannel::shutdownNow);
    for (EventLoopGroup loop : loops.values()) {
      var unused = loop.shutdownGracefully();
    }
    server.close();
    s3.close();
  }

  @Test
  void whoFillsThePoolsWithWorkThatHangsIsRefusedAloneAndTheOthersGoOn() throws Exception {
    hanging = "flood";
    Flood starts = new Flood(stub -> stub.startUpload(newUpload()));
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> starts.refused.get() > 100);
    starts.pause(); // what waits goes on waiting
    assertThat(stuck).as("threads that the flood holds").hasPositiveValue();

    List<Long> beside = journeys();

    assertThat(starts.firstReply).as("the flood hung all the while").hasValue("");
    assertThat(beside).hasSize(JOURNEYS);
    gate.countDown();
    starts.stop();
    assertThat(starts.unexpected).hasValue(0);
  }

  @Test
  void whoFloodsTheReadersAndTheWriterLeavesTheOthersTheirTurns() throws Exception {
    journeys(); // warm
    List<Long> alone = journeys();
    String id = upload(stub("flood"));
    Flood reads =
        new Flood(stub -> stub.getUpload(GetUploadRequest.newBuilder().setUploadId(id).build()));
    Flood reports = new Flood(stub -> stub.reportPart(report(id, 1)));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reads.succeeded.get() > AT_ONCE && reports.succeeded.get() > AT_ONCE);

    List<Long> beside = journeys();

    reads.stop();
    reports.stop();
    assertThat(beside).hasSize(JOURNEYS);
    assertThat(reads.unexpected.get() + reports.unexpected.get()).isZero();
    ClosingLines.add(
        ("tenant flood: a journey of 6 calls alone %s, beside it %s; of the flood %d reads"
                + " (%d refused) and %d reports (%d refused)")
            .formatted(
                shown(alone),
                shown(beside),
                reads.succeeded.get(),
                reads.refused.get(),
                reports.succeeded.get(),
                reports.refused.get()));
  }

  /** What the quiet tenant does, again and again; each in nanoseconds. */
  private List<Long> journeys() {
    List<Long> times = new ArrayList<>();
    UploadServiceGrpc.UploadServiceBlockingStub quiet = stub("quiet");
    for (int i = 0; i < JOURNEYS; i++) {
      long begin = System.nanoTime();
      String id = upload(quiet);
      soon(quiet).getUpload(GetUploadRequest.newBuilder().setUploadId(id).build());
      soon(quiet).listUploads(ListUploadsRequest.newBuilder().setPageSize(1).build());
      soon(quiet).abort(AbortRequest.newBuilder().setUploadId(id).build());
      times.add(System.nanoTime() - begin);
    }
    return times;
  }

  /** Whoever is starved is to fail, and not to wait for ever. */
  private static UploadServiceGrpc.UploadServiceBlockingStub soon(
      UploadServiceGrpc.UploadServiceBlockingStub stub) {
    return stub.withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static String upload(UploadServiceGrpc.UploadServiceBlockingStub stub) {
    UploadServiceGrpc.UploadServiceBlockingStub patient = soon(stub);
    StartUploadResponse started = patient.startUpload(newUpload());
    String id = started.getUpload().getUploadId();
    patient.signParts(SignPartsRequest.newBuilder().setUploadId(id).setNextMissing(10).build());
    patient.reportPart(report(id, 1));
    return id;
  }

  private static StartUploadRequest newUpload() {
    return StartUploadRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setFilename("f")
        .setMode(UploadMode.UPLOAD_MODE_MULTIPART)
        .setSizeBytes(PARTS * PART_BYTES)
        .build();
  }

  private static ReportPartRequest report(String uploadId, int number) {
    return ReportPartRequest.newBuilder().setUploadId(uploadId).setPartNumber(number).build();
  }

  /** Calls of one kind by one tenant, so many at once, until it is stopped. */
  private final class Flood {
    final AtomicInteger succeeded = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger unexpected = new AtomicInteger();
    final AtomicReference<String> firstReply = new AtomicReference<>("");
    private final Semaphore permits = new Semaphore(AT_ONCE);
    private final Thread thread;
    private volatile boolean stopped;

    <T> Flood(Function<UploadServiceGrpc.UploadServiceFutureStub, ListenableFuture<T>> call) {
      List<UploadServiceGrpc.UploadServiceFutureStub> stubs = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        stubs.add(UploadServiceGrpc.newFutureStub(channel("flood")));
      }
      thread =
          new Thread(
              () -> {
                permits.acquireUninterruptibly();
                for (int i = 0; !stopped; i++) {
                  follow(call.apply(stubs.get(i % stubs.size())));
                  permits.acquireUninterruptibly();
                }
                permits.release();
              },
              "flood");
      thread.start();
    }

    private <T> void follow(ListenableFuture<T> future) {
      Futures.addCallback(
          future,
          new FutureCallback<T>() {
            @Override
            public void onSuccess(@Nullable T reply) {
              firstReply.compareAndSet("", String.valueOf(reply));
              succeeded.incrementAndGet();
              permits.release();
            }

            @Override
            public void onFailure(Throwable failure) {
              boolean right =
                  failure instanceof StatusRuntimeException e
                      && e.getStatus().getCode() == Code.RESOURCE_EXHAUSTED;
              (right ? refused : unexpected).incrementAndGet();
              permits.release();
            }
          },
          MoreExecutors.directExecutor());
    }

    /** Makes no more calls. */
    void pause() throws InterruptedException {
      if (!stopped) {
        stopped = true;
        permits.release(); // it may be waiting for one
        thread.join();
      }
    }

    /** And waits for every call's answer. */
    void stop() throws InterruptedException {
      pause();
      permits.acquire(AT_ONCE + 1);
    }
  }

  /**
   * S3 does not answer creates of {@link #hanging} before the gate opens; to all others it is
   * itself.
   */
  private ObjectStore stuckForTheFlood(ObjectStore real) {
    Object dressed =
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("createMultipartUpload")
                  && arguments[0] instanceof UploadSpec spec
                  && spec.tenant().equals(hanging)) {
                stuck.incrementAndGet();
                gate.await();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
    return (ObjectStore) dressed;
  }

  private UploadServiceGrpc.UploadServiceBlockingStub stub(String tenant) {
    return UploadServiceGrpc.newBlockingStub(channel(tenant));
  }

  private ManagedChannel channel(String tenant) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + issuer.token(tenant, "waybill-uploader"));
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(server.target())
            .usePlaintext()
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(loops.computeIfAbsent(tenant, t -> newLoop()))
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
            .build();
    channels.add(channel);
    return channel;
  }

  private static EventLoopGroup newLoop() {
    return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  }

  private ServerConfig config() {
    String yaml =
        """
        auth: {jwt: {issuer: "%s", audience: "%s", jwks_file: "%s"}}
        sweeper: {interval: 1h}
        destinations:
          - name: main
            bucket: bucket
            region: %s
            endpoint: %s
            path_style: true
            startup_checks: off
        """
            .formatted(
                TestIssuer.ISSUER,
                TestIssuer.AUDIENCE,
                TestAuthentication.publish(folder, issuer),
                FakeAwsS3.REGION,
                s3.endpoint());
    return ServerConfig.parse(
        yaml, Map.of("listen", "127.0.0.1:0", "data_dir", folder.resolve("data").toString()));
  }

  private static String shown(List<Long> nanos) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    return "p50=%.1f ms p99=%.1f ms"
        .formatted(sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6);
  }
}
