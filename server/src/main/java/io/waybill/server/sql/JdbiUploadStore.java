package io.waybill.server.sql;

import com.github.benmanes.caffeine.cache.Ticker;
import io.waybill.server.upload.FindingStore;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.StoreFeature;
import io.waybill.server.upload.TenantUsage;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore;
import io.waybill.server.upload.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Sessions, ledgers and findings in a SQL database. Times are kept to the millisecond. */
public final class JdbiUploadStore implements UploadStore, FindingStore, AutoCloseable {
  private final Database database;
  private final ReportTarget reports;
  private final Readings reads;
  private final CommitQueue writes;
  private final Clock clock;
  private final RecentUploads recent = new RecentUploads(Ticker.systemTicker());

  /**
   * Takes an open database over, and starts the thread that writes to it.
   *
   * @param clock for {@link Upload#updateTime}
   * @param callbacks where the stages of {@link #record} and {@link #extend} complete
   */
  JdbiUploadStore(Database database, Clock clock, Executor callbacks) {
    this(database, clock, callbacks, CommitQueue.CAPACITY, database.newReportTarget());
  }

  JdbiUploadStore(
      Database database, Clock clock, Executor callbacks, int capacity, ReportTarget reports) {
    this.database = database;
    this.clock = clock;
    this.reports = reports;
    this.reads = new Readings(database, reports);
    this.writes =
        new CommitQueue(database, reports, new LedgerBatch(reports, clock), capacity, callbacks);
    try {
      writes.run(handle -> true); // which reads a journal, before anybody reads anything else
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * The store in a SQLite file, which is made where it is not there.
   *
   * @throws IOException with one line for the operator, where that cannot be
   */
  public static JdbiUploadStore open(Path file, Clock clock, Executor callbacks)
      throws IOException {
    return new JdbiUploadStore(SqliteDatabase.open(file), clock, callbacks);
  }

  /**
   * The same for a command that may run beside a server: the schema is not brought forward.
   *
   * @throws IOException likewise, and where the schema is another version's
   */
  public static JdbiUploadStore openBeside(Path file, Clock clock, Executor callbacks)
      throws IOException {
    return new JdbiUploadStore(SqliteDatabase.openBeside(file), clock, callbacks);
  }

  /**
   * The store in a PostgreSQL, which other servers may share; the schema is brought forward.
   *
   * @throws IOException with one line for the operator, where that cannot be
   */
  public static JdbiUploadStore open(PostgresAddress address, Executor callbacks)
      throws IOException {
    return on(PostgresDatabase.open(address), callbacks);
  }

  /**
   * The same for a command that may run beside servers: the schema is not brought forward.
   *
   * @throws IOException likewise, and where the schema is another version's
   */
  public static JdbiUploadStore openBeside(PostgresAddress address, Executor callbacks)
      throws IOException {
    return on(PostgresDatabase.openBeside(address), callbacks);
  }

  /** It may go away between the last step of its schema and the writer's connection. */
  private static JdbiUploadStore on(PostgresDatabase database, Executor callbacks)
      throws IOException {
    try {
      return new JdbiUploadStore(database, database.clock(), callbacks);
    } catch (UploadException e) {
      throw new IOException("cannot open the database: " + e.text(), e);
    }
  }

  /** The time that leases and ends of sessions are reckoned in. */
  public Clock clock() {
    return clock;
  }

  /**
   * Ends the leases of whoever died holding one, so that nobody waits minutes for the dead. For a
   * server that starts; returns how many there were. Where other servers may be alive and hold
   * theirs, it does nothing: what the dead held is taken over when its time has run out.
   *
   * <p>Safe even where somebody is alive after all ({@code sweep} beside a server that restarts): a
   * lease only keeps two from doing the same work at once, it guards nothing. What guards is the
   * fence (PROTOCOL rules 1 and 4), which stays. Whoever takes over raises it, and from then on the
   * former holder's every write is refused:
   *
   * <ul>
   *   <li>CREATING: it aborts the S3 upload that it made, as row 6 has it.
   *   <li>COMPLETING, before an attempt: the start of the attempt cannot be written, so none goes
   *       out. During one: both send the manifest that was stored with COMPLETING (I6), to the same
   *       S3 upload; the attempt stays unsettled in the row, since a takeover keeps {@code
   *       unsettled_since}, so nothing is reopened, failed or aborted before the attempt's own
   *       grace is over (I3).
   * </ul>
   */
  public int releaseLeases() {
    return database.isShared()
        ? 0
        : writes.run(handle -> UploadTable.releaseLeases(handle, clock.instant()));
  }

  /**
   * Puts what lies in the journal into the ledger whenever nobody writes. For a server: a command
   * beside one would only take the database from it.
   */
  public void foldAtRest() {
    writes.foldAtRest();
  }

  /** What all tenants have in use of all destinations, for the operator. */
  public List<TenantUsage> usages() {
    return reads.of((handle, unfolded) -> UsageTable.all(handle));
  }

  @Override
  public Map<StoreFeature, Boolean> loadFindings(String destination, String configuration) {
    return reads.of((handle, unfolded) -> FindingTable.find(handle, destination, configuration));
  }

  @Override
  public void saveFindings(
      String destination, String configuration, Map<StoreFeature, Boolean> found) {
    writes.run(
        handle -> {
          FindingTable.put(handle, destination, configuration, found);
          return true;
        });
  }

  @Override
  public Created create(UploadSpec spec, Progress progress, Instant expireTime, Quota quota) {
    long began = recent.now();
    Created created =
        writes
            .run(
                spec.tenant(),
                Rows.ofNew(spec),
                handle ->
                    Admission.run(
                        handle,
                        reports.unfoldedHere(),
                        spec,
                        progress,
                        expireTime,
                        quota,
                        clock.instant()))
            .orThrow();
    recent.read(created.upload(), began);
    return created;
  }

  @Override
  public Usage usage(String destination, String tenant) {
    return reads.of((handle, unfolded) -> UsageTable.of(handle, destination, tenant));
  }

  @Override
  public Optional<Upload> find(String tenant, UploadId id) {
    long began = recent.now();
    Optional<Upload> found = reads.one(handle -> UploadTable.byId(handle, tenant, id));
    found.ifPresent(upload -> recent.read(upload, began));
    return found;
  }

  @Override
  public Optional<Upload> recall(String tenant, UploadId id, Duration oldest) {
    return recent.recall(tenant, id, oldest);
  }

  @Override
  public Optional<Upload> findByRequestId(String tenant, String requestId) {
    return reads.one(handle -> UploadTable.byRequestId(handle, tenant, requestId));
  }

  @Override
  public Optional<Upload> findOfAnyTenant(UploadId id) {
    return reads.one(handle -> UploadTable.byId(handle, id));
  }

  @Override
  public Map<Long, Long> revisions(Collection<Long> numbers) {
    if (numbers.isEmpty()) {
      return Map.of();
    }
    return reads.of((handle, unfolded) -> Folding.revisions(handle, unfolded, numbers));
  }

  @Override
  public List<Upload> findAll(Collection<Long> numbers) {
    if (numbers.isEmpty()) {
      return List.of();
    }
    return reads.all(handle -> UploadTable.byNumbers(handle, numbers));
  }

  @Override
  public boolean replace(Upload seen, Progress next, LedgerChange change) {
    return move(
        seen,
        next,
        handle -> {
          boolean replaced = replaceRow(handle, seen, next, false);
          if (replaced && !change.isEmpty()) {
            reports.fold(handle, seen.number());
            LedgerEdits.delete(handle, seen, change.drop()).add(handle);
            LedgerEdits.put(handle, seen, change.put()).add(handle);
          }
          return replaced;
        });
  }

  @Override
  public boolean replaceIfNotExtended(Upload seen, Progress next) {
    return move(seen, next, handle -> replaceRow(handle, seen, next, true));
  }

  /** With the row goes what its session uses: the row's state was that which was seen. */
  private boolean replaceRow(Handle handle, Upload seen, Progress next, boolean ifNotExtended) {
    boolean replaced = UploadTable.replace(handle, seen, next, clock.instant(), ifNotExtended);
    if (replaced) {
      Usage before = Usage.of(seen.spec(), seen.state());
      UsageTable.giveBack(handle, seen.spec(), before.minus(Usage.of(seen.spec(), next.state())));
    }
    return replaced;
  }

  private boolean move(Upload seen, Progress next, CommitQueue.Write<Boolean> write) {
    Usage before = Usage.of(seen.spec(), seen.state());
    boolean givesBack = !before.equals(Usage.of(seen.spec(), next.state()));
    boolean moved = false;
    long began = recent.now();
    try {
      moved = writes.run(seen.spec().tenant(), Rows.of(seen, givesBack), write);
      return moved;
    } finally {
      if (moved) {
        recent.moved(seen, next, began);
      } else { // by somebody else, or nobody knows
        recent.forget(seen);
      }
    }
  }

  @Override
  public int forget(Collection<Upload> seen) {
    try {
      return writes.run(
          turnOf(seen),
          Rows.ofEnding(seen),
          handle -> {
            List<Upload> deleted = UploadTable.delete(handle, seen);
            PartTable.deleteAll(handle, deleted);
            UsageTable.giveBack(handle, deleted);
            return deleted.size();
          });
    } finally {
      seen.forEach(recent::forget);
    }
  }

  /** The tenant's, where they are all one's. */
  private static String turnOf(Collection<Upload> seen) {
    List<String> tenants = seen.stream().map(each -> each.spec().tenant()).distinct().toList();
    return tenants.size() == 1 ? tenants.get(0) : CommitQueue.OWN;
  }

  @Override
  public void renewLeases(Collection<Upload> seen, Instant until) {
    List<Upload> all = List.copyOf(seen);
    writes.run(
        CommitQueue.OWN,
        Rows.of(all),
        handle -> {
          UploadTable.renewLeases(handle, all, until);
          return true;
        });
  }

  @Override
  public CompletionStage<Boolean> extend(
      Upload seen, Instant now, Instant expireTime, Instant urlEnd) {
    return writes
        .submit(seen.spec().tenant(), LedgerWrite.extending(seen, now, expireTime, urlEnd))
        .thenApply(extended -> remember(extended, seen, expireTime, urlEnd));
  }

  @Override
  public CompletionStage<Boolean> record(Upload seen, Part part, Instant expireTime) {
    if (reports.isFull()) {
      return CompletableFuture.failedFuture(StoreFailures.overloaded());
    }
    return writes
        .submit(seen.spec().tenant(), LedgerWrite.reporting(seen, part, expireTime))
        .thenApply(applied -> remember(applied, seen, expireTime, null));
  }

  private boolean remember(
      boolean applied, Upload seen, Instant expireTime, @Nullable Instant urlEnd) {
    if (applied) {
      recent.extended(seen, expireTime, urlEnd);
    } else {
      recent.forget(seen);
    }
    return applied;
  }

  @Override
  public void drop(Upload seen, Collection<Integer> partNumbers) {
    writes.run(
        seen.spec().tenant(),
        Rows.of(seen, false),
        handle -> {
          if (UploadTable.isActive(handle, seen)) {
            reports.fold(handle, seen.number());
            Counts counts = LedgerEdits.delete(handle, seen, partNumbers);
            if (!counts.isEmpty()) {
              counts.touchAndAdd(handle, List.of(seen.number()), clock.instant());
            }
          }
          return true;
        });
  }

  @Override
  public List<Part> parts(Upload upload, int after, int most) {
    return reads.of(
        (handle, unfolded) -> Folding.page(handle, unfolded, upload.number(), after, most));
  }

  @Override
  public BitSet partNumbers(Upload upload) {
    return reads.of((handle, unfolded) -> Folding.numbers(handle, unfolded, upload.number()));
  }

  @Override
  public List<Upload> list(Query query) {
    return reads.all(handle -> new UploadList(query).run(handle));
  }

  @Override
  public Optional<UploadId> last(String tenant, @Nullable UploadId before, int count) {
    return reads.of((handle, unfolded) -> UploadList.last(handle, tenant, before, count));
  }

  @Override
  public List<Upload> due(Instant now, Set<UploadState> states, int most) {
    return reads.all(handle -> UploadTable.due(handle, now, states, most));
  }

  @Override
  public List<Upload> expired(Instant now, @Nullable Upload after, int most) {
    return reads.all(handle -> UploadTable.expired(handle, now, after, most));
  }

  /** Down the primary key: an index of its own would cost every change of every session more. */
  @Override
  public AtRest atRest(Instant before, long after, int most) {
    List<Upload> oldest =
        reads.of((handle, unfolded) -> UploadTable.oldest(handle, after, most)).stream()
            .map(StoredUpload::upload)
            .toList();
    List<Upload> oldEnough =
        oldest.stream().takeWhile(upload -> upload.spec().createTime().isBefore(before)).toList();
    return new AtRest(
        oldEnough.stream()
            .filter(upload -> upload.progress().isAtRest() && upload.updateTime().isBefore(before))
            .toList(),
        oldEnough.size() == most ? oldEnough.get(most - 1).number() : 0);
  }

  /** For tests to look into, and to hold up. */
  CommitQueue writes() {
    return writes;
  }

  /** Finishes the writes that wait, then closes the database; every call after that is refused. */
  @Override
  public void close() {
    writes.close();
    database.close();
  }
}
