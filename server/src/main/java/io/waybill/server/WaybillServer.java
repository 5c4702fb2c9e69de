package io.waybill.server;

import io.waybill.server.events.SqsConsumer;
import io.waybill.server.events.SqsSettings;
import io.waybill.server.events.WebhookReceiver;
import io.waybill.server.grpc.CallerInterceptor;
import io.waybill.server.grpc.Calls;
import io.waybill.server.grpc.GrpcServer;
import io.waybill.server.grpc.StatusErrors;
import io.waybill.server.grpc.UploadGrpcService;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.upload.TokenBuckets;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** One server: the {@link Core}, gRPC before it, and the sweeper's schedule. */
public final class WaybillServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(WaybillServer.class.getName());

  /** When S3's clients are made if no call wanted them before: not beside the very first calls. */
  private static final Duration WARM_UP = Duration.ofSeconds(1);

  private final Core core;
  private final GrpcServer grpc;
  private final InetSocketAddress listen;
  private final StartupChecks checks;

  private WaybillServer(
      Core core, GrpcServer grpc, InetSocketAddress listen, StartupChecks checks) {
    this.core = core;
    this.grpc = grpc;
    this.listen = listen;
    this.checks = checks;
  }

  /** Starts with the S3 credentials that the AWS SDK's default chain finds. */
  public static WaybillServer start(ServerConfig config) {
    return start(config, S3Storage.open(config.connections(), Clock.systemUTC()));
  }

  /**
   * Starts.
   *
   * @param storage closed with the server, and where it does not start
   * @throws StartException where something it needs is not to be had
   */
  public static WaybillServer start(ServerConfig config, S3Storage storage) {
    return start(config, Core.open(config, storage, Core.Ports.PLAIN));
  }

  static WaybillServer start(ServerConfig config, Core core) {
    StatusErrors errors = new StatusErrors(new SecureRandom());
    Threads threads = core.threads();
    try {
      core.database().foldAtRest();
      int left = core.database().releaseLeases();
      if (left > 0) {
        LOG.log(Level.INFO, "taking over {0} starts and completions that were cut short", left);
      }
      StartupChecks.recall(config.destinations(), core.database(), core.destinations());
      Entrance entrance = Entrance.open(config, core.closing(), Clock.systemUTC());
      hear(config.events(), core); // before gRPC, so that health has said so when this stops
      GrpcServer grpc =
          core.closing()
              .add(
                  GrpcServer.start(
                      config.listen(),
                      entrance.credentials(),
                      config.limits(),
                      List.of(
                          new UploadGrpcService(
                              core.useCases(),
                              new Calls(
                                  threads.workers,
                                  threads.starters,
                                  threads.readers,
                                  threads.deadlines,
                                  errors),
                              entrance.pageTokens())),
                      List.of(
                          new CallerInterceptor(
                              entrance.callers(),
                              entrance.permissions(),
                              new TokenBuckets(
                                  "calls_per_second", config.rates().calls(), System::nanoTime),
                              errors)),
                      entrance.permissions(),
                      errors));
      Timers.after(threads.sweeper, WARM_UP, core.storage()::warmUp);
      SweeperConfig sweeper = config.sweeper();
      Timers.every(
          threads.sweeper, sweeper.interval(), () -> core.uploads().execute(Duration.ZERO));
      Timers.every(threads.sweeper, sweeper.interval(), core.retention()::execute);
      Timers.every(threads.sweeper, sweeper.orphanInterval(), core.orphans()::execute);
      Timers.every(threads.watches, config.watches().interval(), core.watches()::look);
      StartupChecks checks =
          core.closing()
              .add(
                  StartupChecks.start(
                      config.destinations(),
                      core.storage()::check,
                      core.destinations(),
                      core.database(),
                      entrance.keysThere(),
                      grpc::ready));
      return new WaybillServer(core, grpc, config.listen(), checks);
    } catch (IOException e) {
      core.close();
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      core.close();
      throw e;
    }
  }

  private static void hear(EventsConfig events, Core core) throws IOException {
    SqsSettings queue = events.queue();
    if (queue != null) {
      core.closing().add(SqsConsumer.start(queue, core.confirm()));
    }
    WebhookConfig webhook = events.webhook();
    if (webhook != null) {
      byte[] secret = SecretFile.read(webhook.secretFile(), WebhookReceiver.MIN_SECRET_BYTES);
      core.closing().add(WebhookReceiver.start(webhook.listen(), secret, core.confirm()));
    }
  }

  /** Where it listens, as ADDRESS:PORT, with the port it really got. */
  public String target() {
    String host = listen.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + grpc.port();
  }

  /**
   * Waits until S3 was found to be as it should be, behind every destination, and callers can be
   * known.
   *
   * @return false where that took longer
   */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    return checks.awaitPassed(atMost);
  }

  /** Waits until it is closed. */
  public void awaitTermination() throws InterruptedException {
    grpc.awaitTermination();
  }

  /** Finishes what runs, then closes everything in the reverse order of its opening. */
  @Override
  public void close() {
    core.close();
  }
}
