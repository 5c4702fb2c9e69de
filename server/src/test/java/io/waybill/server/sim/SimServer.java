package io.waybill.server.sim;

import io.waybill.server.upload.AbortUpload;
import io.waybill.server.upload.Assembly;
import io.waybill.server.upload.CompleteUpload;
import io.waybill.server.upload.ConfirmUpload;
import io.waybill.server.upload.FullLedgers;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.LastLook;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Rate;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.Sessions;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.StorageCleaning;
import io.waybill.server.upload.StorageCreation;
import io.waybill.server.upload.SweepOrphans;
import io.waybill.server.upload.SweepUploads;
import io.waybill.server.upload.TestAssembly;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadPlanner;
import java.time.Duration;

/** One life of one server: the real use cases, wired as WaybillServer does it. */
final class SimServer {
  final StartUpload start;
  final SignParts sign;
  final ReportPart report;
  final CompleteUpload complete;
  final AbortUpload abort;
  final GetUpload get;
  final ConfirmUpload confirm;
  final SweepUploads sweep;
  final SweepOrphans sweepOrphans;
  private final World world;
  private final String name;
  private boolean dead;
  private boolean sweeping;

  SimServer(World world, String name) {
    this.world = world;
    this.name = name;
    SimStore store = new SimStore(world);
    SimObjectStore objects = new SimObjectStore(world);
    TestAssembly wired = // whose leases nobody renews
        TestAssembly.of(
            store, objects, world.destinations, world.clock, world.scheduler::pause, world.timing);
    Sessions sessions = wired.sessions();
    StorageCreation creation = wired.creation();
    StorageCleaning cleaning = wired.cleaning();
    Assembly assembly = wired.assembly();
    sign =
        new SignParts(
            sessions,
            store,
            world.destinations,
            new SimSigner(world),
            world.clock,
            new TokenBuckets(
                "signatures_per_second", PerTenant.all(Rate.UNLIMITED), System::nanoTime),
            (tenant, work) -> work.run());
    abort = new AbortUpload(sessions, store, cleaning, world.clock);
    get = new GetUpload(sessions, store);
    sweepOrphans = new SweepOrphans(world.destinations, store, objects, world.clock, world.timing);
    complete = new CompleteUpload(sessions, assembly, (tenant, work) -> onBulkhead(work));
    report =
        new ReportPart(
            sessions,
            store,
            world.clock,
            (tenant, work) -> work.run(),
            new FullLedgers(
                world.destinations,
                store,
                complete,
                (tenant, work) -> work.run(),
                // It never looks again, as one that dies before.
                (pause, work) -> {}));
    confirm = new ConfirmUpload(store, objects, world.destinations, complete);
    sweep =
        new SweepUploads(
            store,
            creation,
            cleaning,
            complete,
            new LastLook(world.destinations, assembly, complete, world.clock, world.timing),
            world.clock);
    start =
        new StartUpload(
            new UploadPlanner(world.destinations, world.clock, world.random),
            store,
            sessions,
            creation,
            sign,
            world.clock,
            world.scheduler::pause,
            world.timing);
  }

  String name() {
    return name;
  }

  boolean isDead() {
    return dead;
  }

  /** kill -9: whoever is at work here dies at its next step. */
  void kill() {
    dead = true;
  }

  /** One pass of the sweeper, unless one is under way. */
  void sweepInBackground() {
    if (!sweeping) {
      sweeping = true;
      world.scheduler.spawn(
          "sweeper",
          this,
          () -> {
            sweepOnce();
            sweeping = false;
          });
    }
  }

  private void sweepOnce() {
    try {
      sweep.execute(Duration.ZERO);
      if (world.random.nextInt(4) == 0) {
        sweepOrphans.execute();
      }
    } catch (UploadException e) {
      world.scheduler.trace("the sweep was cut short: " + e.reason());
    }
  }

  private void onBulkhead(Runnable task) {
    if (world.weather.strikes(Fault.BULKHEAD_FULL, 0.3)) {
      throw UploadException.overloaded("completions");
    }
    if (world.scheduler.isAlone()) {
      task.run();
    } else {
      world.scheduler.spawn("completion", this, task);
    }
  }
}
