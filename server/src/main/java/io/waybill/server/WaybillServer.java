package io.waybill.server;

import io.grpc.InsecureServerCredentials;
import io.waybill.server.grpc.CallerInterceptor;
import io.waybill.server.grpc.Calls;
import io.waybill.server.grpc.GrpcLimits;
import io.waybill.server.grpc.GrpcServer;
import io.waybill.server.grpc.StatusErrors;
import io.waybill.server.grpc.UploadGrpcService;
import io.waybill.server.grpc.UseCases;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.AbortUpload;
import io.waybill.server.upload.Assembly;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.CompleteUpload;
import io.waybill.server.upload.Completion;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.ListParts;
import io.waybill.server.upload.ListUploads;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.Pauses;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.Sessions;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.StorageCleaning;
import io.waybill.server.upload.StorageCreation;
import io.waybill.server.upload.SweepUploads;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.UploadPlanner;
import io.waybill.server.upload.UploadStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One server, wired by hand from top to bottom, and closed in reverse. */
public final class WaybillServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(WaybillServer.class.getName());

  /** Until there is authentication, everybody is this. */
  private static final Caller ANYBODY = new Caller("default", "anonymous");

  private final Closing closing;
  private final GrpcServer grpc;
  private final InetSocketAddress listen;

  private WaybillServer(Closing closing, GrpcServer grpc, InetSocketAddress listen) {
    this.closing = closing;
    this.grpc = grpc;
    this.listen = listen;
  }

  /** Starts with the S3 credentials that the AWS SDK's default chain finds. */
  public static WaybillServer start(ServerConfig config) {
    return start(
        config,
        S3Storage.open(
            config.destinations().stream().map(DestinationConfig::connection).toList(),
            Clock.systemUTC()));
  }

  /**
   * Starts.
   *
   * @param storage closed with the server, and where it does not start
   * @throws StartException where something it needs is not to be had
   */
  public static WaybillServer start(ServerConfig config, S3Storage storage) {
    Closing closing = new Closing();
    try {
      return start(config, storage, closing);
    } catch (IOException e) {
      closing.close();
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static WaybillServer start(ServerConfig config, S3Storage storage, Closing closing)
      throws IOException {
    closing.add(storage);
    Clock clock = Clock.systemUTC();
    Threads threads = new Threads();
    UploadStore store =
        closing.add(JdbiUploadStore.open(config.dataDir(), clock, threads.callbacks));
    closing.add(threads);
    ObjectStore objects = storage.objectStore();
    Destinations destinations =
        new Destinations(config.destinations().stream().map(DestinationConfig::policy).toList());
    Timing timing = Timing.DEFAULT.withPutGrace(config.putGrace());
    Pauses pauses = Pauses.sleeping();

    Sessions sessions = new Sessions(store, clock);
    StorageCreation creation = new StorageCreation(store, objects, clock, timing);
    StorageCleaning cleaning = new StorageCleaning(store, objects, creation, clock, timing);
    Completion completion = new Completion(store, objects, sessions, clock, pauses, timing);
    Assembly assembly = new Assembly(store, objects, sessions, completion, clock, pauses, timing);
    SignParts signParts = new SignParts(sessions, store, destinations, storage.urlSigner(), clock);
    UploadPlanner planner = new UploadPlanner(destinations, clock, new SecureRandom());
    UseCases useCases =
        new UseCases(
            new StartUpload(planner, store, creation, signParts, clock, pauses, timing),
            signParts,
            new ReportPart(sessions, store, clock),
            new CompleteUpload(sessions, assembly, threads.completions),
            new AbortUpload(sessions, store, cleaning, clock),
            new GetUpload(sessions, store),
            new ListUploads(store),
            new ListParts(sessions, store, objects));
    SweepUploads sweep = new SweepUploads(store, creation, cleaning, assembly, clock);

    StatusErrors errors = new StatusErrors(new SecureRandom());
    GrpcServer grpc =
        closing.add(
            GrpcServer.start(
                config.listen(),
                InsecureServerCredentials.create(),
                GrpcLimits.DEFAULT,
                List.of(
                    new UploadGrpcService(
                        useCases,
                        new Calls(threads.workers, threads.readers, threads.deadlines, errors))),
                List.of(new CallerInterceptor((call, headers) -> ANYBODY, errors)),
                errors));
    long intervalMillis = config.sweepInterval().toMillis();
    var unused =
        threads.sweeper.scheduleWithFixedDelay(
            () -> sweepOnce(sweep), intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
    return new WaybillServer(closing, grpc, config.listen());
  }

  /** A pass that fails as a whole must not be the last one. */
  private static void sweepOnce(SweepUploads sweep) {
    try {
      sweep.execute();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the sweep was cut short", e);
    }
  }

  /** Where it listens, as ADDRESS:PORT, with the port it really got. */
  public String target() {
    String host = listen.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + grpc.port();
  }

  /** Waits until it is closed. */
  public void awaitTermination() throws InterruptedException {
    grpc.awaitTermination();
  }

  /** Finishes what runs, then closes everything in the reverse order of its opening. */
  @Override
  public void close() {
    closing.close();
  }
}
