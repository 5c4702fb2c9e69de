package io.waybill.server.grpc;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.waybill.v1.UploadServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The server on its port: the given services behind gate and guard, health v1, and where it is
 * wanted, reflection v1 and v1alpha. Calls run on the event loops; whatever may block is handed off
 * by {@link Calls}.
 */
public final class GrpcServer implements AutoCloseable {
  /**
   * They log every stream that breaks the rules, every message beyond the limit and every flood of
   * control frames, with a stack: strangers would write the log. Held, because loggers are weak.
   */
  private static final List<Logger> STRANGERS_MISTAKES =
      Stream.of(
              "io.grpc.netty.NettyServerHandler",
              "io.grpc.netty.NettyServerStream",
              "io.netty.handler.codec.http2")
          .map(name -> Logger.getLogger("io.grpc.netty.shaded." + name))
          .toList();

  /** For replies that nobody takes, and as much for requests that do not end: of the heap. */
  private static final long QUARTER = Runtime.getRuntime().maxMemory() / 4;

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Server server;
  private final EventLoops loops;
  private final ConnectionCap connections;
  private final UnreadReplies unread;
  private final UnfinishedRequests unfinished;
  private final ShutdownGate gate;
  private final HealthStatusManager health;
  private final List<String> serviceNames;
  private final Duration shutdownGrace;
  private final AtomicBoolean closed = new AtomicBoolean();

  private GrpcServer(
      Server server,
      EventLoops loops,
      ConnectionCap connections,
      UnreadReplies unread,
      UnfinishedRequests unfinished,
      ShutdownGate gate,
      HealthStatusManager health,
      List<String> serviceNames,
      Duration shutdownGrace) {
    this.server = server;
    this.loops = loops;
    this.connections = connections;
    this.unread = unread;
    this.unfinished = unfinished;
    this.gate = gate;
    this.health = health;
    this.serviceNames = serviceNames;
    this.shutdownGrace = shutdownGrace;
  }

  /**
   * Listens. Health says NOT_SERVING until {@link #ready}.
   *
   * @param credentials TLS, or {@link io.grpc.InsecureServerCredentials}
   * @param services each has its interceptors, and its name in the health service
   * @param interceptors stand before every service, the first one outermost
   * @param permissions what each method of every service asks of its caller
   * @throws IllegalStateException where a method has no permission declared
   * @throws IOException in one line for the operator, where the address cannot be had
   */
  public static GrpcServer start(
      SocketAddress address,
      ServerCredentials credentials,
      GrpcLimits limits,
      List<BindableService> services,
      List<ServerInterceptor> interceptors,
      Permissions permissions,
      StatusErrors errors)
      throws IOException {
    STRANGERS_MISTAKES.forEach(logger -> logger.setLevel(Level.SEVERE));
    ShutdownGate gate = new ShutdownGate(errors);
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder = limited(address, credentials, limits);
    UnreadReplies unread = new UnreadReplies(limits.maxUnreadReplyBytes(), QUARTER, errors);
    UnfinishedRequests unfinished =
        new UnfinishedRequests(limits.maxMessageBytes(), QUARTER, errors);
    unfinished.watch(builder);
    List<ServerInterceptor> outer = new ArrayList<>(List.of(unfinished, unread));
    outer.addAll(interceptors);
    List<BindableService> grpcs = new ArrayList<>(List.of(health.getHealthService()));
    if (permissions.reflection() != Reflection.OFF) {
      grpcs.addAll(reflection());
    }
    for (BindableService service : grpcs) {
      ServerServiceDefinition intercepted =
          ServerInterceptors.interceptForward(service.bindService(), outer);
      permissions.requireDeclared(intercepted);
      builder.addService(intercepted);
    }
    List<String> names = new ArrayList<>(List.of(HealthStatusManager.SERVICE_NAME_ALL_SERVICES));
    for (BindableService service : services) {
      ServerServiceDefinition guarded = GuardedServices.of(service, outer, gate, errors);
      permissions.requireDeclared(guarded);
      builder.addService(guarded);
      names.add(guarded.getServiceDescriptor().getName());
    }
    names.forEach(name -> health.setStatus(name, ServingStatus.NOT_SERVING));
    ConnectionCap connections =
        new ConnectionCap(limits.maxConnections(), limits.maxConnectionsPerAddress());
    EventLoops loops = new EventLoops();
    try {
      Server server = loops.carry(builder, connections).build().start();
      return new GrpcServer(
          server,
          loops,
          connections,
          unread,
          unfinished,
          gate,
          health,
          names,
          limits.shutdownGrace());
    } catch (IOException e) {
      loops.close();
      throw new IOException(inOneLine(address, e), e);
    }
  }

  /**
   * From now on health says SERVING. Calls are taken before, too: readiness tells a load balancer
   * where to send calls, and whoever calls all the same is better served by what works already, or
   * by the reason why something does not, than by a refusal.
   */
  public void ready() {
    serviceNames.forEach(name -> health.setStatus(name, ServingStatus.SERVING));
  }

  /** Loads what a server is made of, by making one that is never started. */
  public static void preload() {
    NettyServerBuilder builder =
        limited(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            InsecureServerCredentials.create(),
            GrpcLimits.DEFAULT);
    builder.addService(new HealthStatusManager().getHealthService());
    builder.addService(new UploadServiceGrpc.UploadServiceImplBase() {});
    reflection().forEach(builder::addService);
    try (EventLoops loops = new EventLoops()) {
      var unused = loops.carry(builder, new ConnectionCap(1, 0)).build();
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** How many connections were closed as soon as they were accepted, because of the limits. */
  public long refusedConnections() {
    return connections.refused();
  }

  /** How much of replies is kept for clients that have not taken it yet. */
  public long unreadReplyBytes() {
    return unread.bytes();
  }

  /** How much is kept of requests that are not whole yet. */
  public long unfinishedRequestBytes() {
    return unfinished.bytes();
  }

  /** Waits until it is closed. */
  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Says that it is not serving any more, takes no new calls, waits for the open ones, tells the
   * last of them to go elsewhere, and cuts off what is left.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    health.enterTerminalState();
    gate.stop();
    server.shutdown();
    try {
      long end = System.nanoTime() + shutdownGrace.toNanos();
      while (!gate.isIdle() && System.nanoTime() < end) {
        server.awaitTermination(POLL.toNanos(), TimeUnit.NANOSECONDS);
      }
      gate.endOpenCalls();
      server.awaitTermination(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      server.shutdownNow();
      loops.close();
    }
  }

  private static NettyServerBuilder limited(
      SocketAddress address, ServerCredentials credentials, GrpcLimits limits) {
    return NettyServerBuilder.forAddress(address, credentials)
        .directExecutor()
        .maxInboundMessageSize(limits.maxMessageBytes())
        .maxInboundMetadataSize(limits.maxMetadataBytes())
        .maxConcurrentCallsPerConnection(limits.maxCallsPerConnection())
        .maxRstFramesPerWindow(
            limits.maxResetsPerWindow(), Math.toIntExact(limits.resetWindow().toSeconds()))
        .handshakeTimeout(limits.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS)
        .maxConnectionIdle(limits.maxConnectionIdle().toNanos(), TimeUnit.NANOSECONDS)
        .maxConnectionAge(limits.maxConnectionAge().toNanos(), TimeUnit.NANOSECONDS)
        .maxConnectionAgeGrace(limits.maxConnectionAgeGrace().toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveTime(limits.minKeepalive().toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveWithoutCalls(true)
        .keepAliveTime(limits.keepalive().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(limits.keepaliveTimeout().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** grpcurl and older tools ask for v1alpha only. */
  @SuppressWarnings("deprecation")
  private static List<BindableService> reflection() {
    return List.of(ProtoReflectionServiceV1.newInstance(), ProtoReflectionService.newInstance());
  }

  private static String inOneLine(SocketAddress address, IOException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String why = String.valueOf(cause.getMessage());
    if (!(address instanceof InetSocketAddress at)) {
      return "cannot listen on " + address + ": " + why;
    }
    if (why.contains("in use")) {
      return "port " + at.getPort() + " on " + at.getHostString() + " is in use";
    }
    return "cannot listen on port " + at.getPort() + " on " + at.getHostString() + ": " + why;
  }
}
