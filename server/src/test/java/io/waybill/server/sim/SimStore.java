package io.waybill.server.sim;

import io.waybill.server.upload.InMemoryUploadStore;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore;
import io.waybill.server.upload.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The way to the database: every write may fail before it happened, or after. */
final class SimStore implements UploadStore {
  private final World world;
  private final InMemoryUploadStore rows;
  private final Map<UploadId, Seen> seen = new HashMap<>();

  /** What this server read last, and when; its own writes do not touch it. */
  private record Seen(Upload upload, Instant time) {}

  SimStore(World world) {
    this.world = world;
    this.rows = world.rows;
  }

  @Override
  public Created create(UploadSpec spec, Progress progress, Instant expireTime, Quota quota) {
    world.scheduler.yieldAt(Step.BEFORE_ROW);
    return written(
        () -> {
          Created created = withinQuota(() -> rows.create(spec, progress, expireTime, quota));
          world.oracle.created(created);
          return created;
        });
  }

  private Created withinQuota(Supplier<Created> create) {
    try {
      return create.get();
    } catch (UploadException e) {
      world.weather.count(Fault.QUOTA_USED_UP);
      throw e;
    }
  }

  @Override
  public boolean replace(Upload seen, Progress next, LedgerChange change) {
    return write(
        () -> {
          boolean replaced = rows.replace(seen, next, change);
          if (replaced) {
            world.oracle.ledgerChanged(seen, change);
          }
          return changed(seen, replaced);
        });
  }

  @Override
  public boolean replaceIfNotExtended(Upload seen, Progress next) {
    return write(() -> changed(seen, rows.replaceIfNotExtended(seen, next)));
  }

  @Override
  public int forget(Collection<Upload> seen) {
    return write(
        () -> {
          int forgotten = 0;
          for (Upload each : seen) {
            forgotten += changed(each, rows.forget(each)) ? 1 : 0;
          }
          return forgotten;
        });
  }

  @Override
  public void renewLeases(Collection<Upload> held, Instant until) {
    write(
        () -> {
          rows.renewLeases(held, until);
          return true;
        });
  }

  @Override
  public AtRest atRest(Instant before, long after, int most) {
    return read(() -> rows.atRest(before, after, most));
  }

  @Override
  public CompletionStage<Boolean> extend(
      Upload seen, Instant now, Instant expireTime, Instant urlEnd) {
    return staged(() -> changed(seen, now(rows.extend(seen, now, expireTime, urlEnd))));
  }

  @Override
  public CompletionStage<Boolean> record(Upload seen, Part part, Instant expireTime) {
    return staged(
        () -> {
          boolean recorded = now(rows.record(seen, part, expireTime));
          if (recorded) {
            world.oracle.recorded(seen, part);
          }
          return changed(seen, recorded);
        });
  }

  @Override
  public void drop(Upload seen, Collection<Integer> partNumbers) {
    write(
        () -> {
          rows.drop(seen, partNumbers);
          world.oracle.ledgerChanged(seen, new LedgerChange(List.of(), List.copyOf(partNumbers)));
          return changed(seen, true);
        });
  }

  @Override
  public Usage usage(String destination, String tenant) {
    return read(() -> rows.usage(destination, tenant));
  }

  @Override
  public Optional<Upload> find(String tenant, UploadId id) {
    Optional<Upload> found = read(() -> rows.find(tenant, id));
    found.ifPresent(upload -> seen.put(id, new Seen(upload, world.clock.instant())));
    return found;
  }

  /** As stale as the contract allows. */
  @Override
  public Optional<Upload> recall(String tenant, UploadId id, Duration oldest) {
    return Optional.ofNullable(seen.get(id))
        .filter(known -> known.upload.spec().tenant().equals(tenant))
        .filter(known -> !known.time.plus(oldest).isBefore(world.clock.instant()))
        .map(Seen::upload)
        .filter(upload -> upload.state() == UploadState.ACTIVE);
  }

  @Override
  public Optional<Upload> findByRequestId(String tenant, String requestId) {
    return read(() -> rows.findByRequestId(tenant, requestId));
  }

  @Override
  public Optional<Upload> findOfAnyTenant(UploadId id) {
    return read(() -> rows.findOfAnyTenant(id));
  }

  @Override
  public Map<Long, Long> revisions(Collection<Long> numbers) {
    return read(() -> rows.revisions(numbers));
  }

  @Override
  public List<Upload> findAll(Collection<Long> numbers) {
    return read(() -> rows.findAll(numbers));
  }

  @Override
  public List<Part> parts(Upload upload, int after, int most) {
    return read(() -> rows.parts(upload, after, most));
  }

  @Override
  public BitSet partNumbers(Upload upload) {
    return read(() -> rows.partNumbers(upload));
  }

  @Override
  public Optional<UploadId> last(String tenant, @Nullable UploadId before, int count) {
    return read(() -> rows.last(tenant, before, count));
  }

  @Override
  public List<Upload> list(Query query) {
    return read(() -> rows.list(query));
  }

  @Override
  public List<Upload> due(Instant now, Set<UploadState> states, int most) {
    return read(() -> rows.due(now, states, most));
  }

  @Override
  public List<Upload> expired(Instant now, @Nullable Upload after, int most) {
    return read(() -> rows.expired(now, after, most));
  }

  private <T> T read(Supplier<T> read) {
    world.scheduler.yieldAt(Step.READ);
    if (world.weather.strikes(Fault.STORE_FAILS, 0.3)) {
      throw unavailable();
    }
    return read.get();
  }

  private <T> T write(Supplier<T> write) {
    world.scheduler.yieldAt(Step.BEFORE_WRITE);
    return written(write);
  }

  private <T> T written(Supplier<T> write) {
    if (world.weather.strikes(Fault.STORE_FAILS, 0.3)) {
      throw unavailable();
    }
    if (world.weather.strikes(Fault.STORE_OVERLOADED, 0.2)) {
      throw new UploadException(Reason.OVERLOADED, "queue full", Map.of());
    }
    T answer = write.get();
    world.scheduler.yieldAt(Step.AFTER_WRITE);
    if (world.weather.strikes(Fault.WRITE_OUTCOME_UNKNOWN, 0.4)) {
      throw unavailable();
    }
    return answer;
  }

  private CompletionStage<Boolean> staged(Supplier<Boolean> write) {
    try {
      return CompletableFuture.completedFuture(write(write));
    } catch (UploadException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static boolean now(CompletionStage<Boolean> stage) {
    return stage.toCompletableFuture().join();
  }

  private boolean changed(Upload seen, boolean changed) {
    world.oracle.written(seen.spec());
    return changed;
  }

  private UploadException unavailable() {
    world.scheduler.trace("the store does not answer");
    return new UploadException(Reason.STORE_UNAVAILABLE, "no database", Map.of());
  }
}
