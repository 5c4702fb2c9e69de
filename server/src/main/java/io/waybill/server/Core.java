package io.waybill.server;

import io.waybill.server.content.TikaContentDetector;
import io.waybill.server.grpc.UseCases;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.AbortUpload;
import io.waybill.server.upload.Assembly;
import io.waybill.server.upload.CompleteUpload;
import io.waybill.server.upload.Completion;
import io.waybill.server.upload.ConfirmUpload;
import io.waybill.server.upload.ContentInspection;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.ForgetUploads;
import io.waybill.server.upload.FullLedgers;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.LastLook;
import io.waybill.server.upload.Leases;
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
import io.waybill.server.upload.SweepOrphans;
import io.waybill.server.upload.SweepUploads;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.UploadPlanner;
import io.waybill.server.upload.UploadStore;
import io.waybill.server.upload.UrlSigner;
import io.waybill.server.upload.WatchUpload;
import io.waybill.server.upload.Watches;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * All of a server but its port: the adapters, the threads and the use cases, wired by hand from top
 * to bottom. {@code serve} puts gRPC before it; {@code sweep} needs no more than this.
 *
 * @param closing closes it all, in reverse
 * @param storage S3 itself, as no port shows it
 * @param database the store itself, likewise
 * @param destinations what is known of them by now
 */
record Core(
    Closing closing,
    Threads threads,
    S3Storage storage,
    JdbiUploadStore database,
    Destinations destinations,
    UseCases useCases,
    Watches watches,
    ConfirmUpload confirm,
    SweepUploads uploads,
    SweepOrphans orphans,
    ForgetUploads retention)
    implements AutoCloseable {

  /** One may fail, or be late. */
  private static final int RENEWALS_OF_A_LEASE = 3;

  /** What stands between the use cases and S3 and the database; in production, nothing. */
  record Ports(
      UnaryOperator<UploadStore> store,
      UnaryOperator<ObjectStore> objects,
      UnaryOperator<UrlSigner> signer) {
    static final Ports PLAIN =
        new Ports(UnaryOperator.identity(), UnaryOperator.identity(), UnaryOperator.identity());
  }

  /**
   * Opens everything.
   *
   * @param storage closed with the rest, and where the rest does not open
   * @throws StartException where something it needs is not to be had
   */
  static Core open(ServerConfig config, S3Storage storage, Ports ports) {
    return open(config, storage, ports, DatabaseConfig::lock, DatabaseConfig::open);
  }

  /** The same for a command that may run beside a server. */
  static Core openBeside(ServerConfig config, S3Storage storage) {
    return open(config, storage, Ports.PLAIN, database -> () -> {}, DatabaseConfig::openBeside);
  }

  @FunctionalInterface
  private interface StoreOpening {
    JdbiUploadStore open(DatabaseConfig database, Executor callbacks) throws IOException;
  }

  @FunctionalInterface
  private interface Locking {
    AutoCloseable lock(DatabaseConfig database) throws IOException;
  }

  private static Core open(
      ServerConfig config, S3Storage storage, Ports ports, Locking locking, StoreOpening opening) {
    Closing closing = new Closing();
    try {
      closing.add(storage);
      closing.add(locking.lock(config.database()));
      Threads threads = new Threads();
      JdbiUploadStore store = closing.add(opening.open(config.database(), threads.callbacks));
      closing.add(threads);
      return wire(
          config,
          closing,
          threads,
          store.clock(),
          storage,
          store,
          ports.store().apply(store),
          ports.objects().apply(storage.objectStore()),
          ports.signer().apply(storage.urlSigner()));
    } catch (IOException e) {
      closing.close();
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static Core wire(
      ServerConfig config,
      Closing closing,
      Threads threads,
      Clock clock,
      S3Storage storage,
      JdbiUploadStore database,
      UploadStore store,
      ObjectStore objects,
      UrlSigner signer) {
    Destinations destinations =
        new Destinations(config.destinations().stream().map(DestinationConfig::policy).toList());
    Timing timing = Timing.DEFAULT.with(config.sweeper().putGrace(), config.sweeper().orphanAge());
    Pauses pauses = Pauses.sleeping();
    Sessions sessions = new Sessions(store, clock);
    StorageCreation creation = new StorageCreation(store, objects, clock, timing);
    StorageCleaning cleaning = new StorageCleaning(store, objects, creation, clock, timing);
    // Its tables are loaded by the first destination's first upload that asks for them.
    ContentInspection content =
        new ContentInspection(destinations, objects, new TikaContentDetector());
    Leases leases = new Leases(store, clock, timing);
    Timers.every(
        threads.leases, timing.completeLease().dividedBy(RENEWALS_OF_A_LEASE), leases::renew);
    Completion completion =
        new Completion(store, objects, sessions, leases, content, cleaning, clock, pauses, timing);
    Assembly assembly = new Assembly(store, objects, sessions, completion, clock, pauses, timing);
    SignParts signParts =
        new SignParts(
            sessions,
            store,
            destinations,
            signer,
            clock,
            new TokenBuckets(
                "signatures_per_second", config.rates().signatures(), System::nanoTime),
            threads.readers);
    CompleteUpload complete = new CompleteUpload(sessions, assembly, threads.completions);
    UploadPlanner planner = new UploadPlanner(destinations, clock, new SecureRandom());
    Watches watches = new Watches(store, Clock.systemUTC(), new SecureRandom(), config.watches());
    UseCases useCases =
        new UseCases(
            new StartUpload(planner, store, sessions, creation, signParts, clock, pauses, timing),
            signParts,
            new ReportPart(
                sessions,
                store,
                clock,
                threads.readers,
                new FullLedgers(
                    destinations,
                    store,
                    complete,
                    threads.readers,
                    (pause, work) -> Timers.after(threads.deadlines, pause, work))),
            complete,
            new AbortUpload(sessions, store, cleaning, clock),
            new GetUpload(sessions, store),
            new ListUploads(store),
            new ListParts(sessions, store, objects),
            new WatchUpload(sessions, watches, config.watches()));
    return new Core(
        closing,
        threads,
        storage,
        database,
        destinations,
        useCases,
        watches,
        new ConfirmUpload(store, objects, destinations, complete),
        new SweepUploads(
            store,
            creation,
            cleaning,
            complete,
            new LastLook(destinations, assembly, complete, clock, timing),
            clock),
        new SweepOrphans(destinations, store, objects, clock, timing),
        new ForgetUploads(store, clock, config.sweeper().retention()));
  }

  @Override
  public void close() {
    closing.close();
  }
}
