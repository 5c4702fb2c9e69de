package io.waybill.server.upload;

import java.time.Clock;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The whole contract of {@link UploadStore}, in two maps under one lock. */
public final class InMemoryUploadStore implements UploadStore {
  private final Clock clock;
  private final Map<UploadId, Upload> uploads = new HashMap<>();

  /** By tenant and request id; of what is forgotten, too. */
  private final Map<List<String>, UploadId> requests = new HashMap<>();

  private final Map<UploadId, NavigableMap<Integer, Part>> ledgers = new HashMap<>();
  private final Map<String, Usage> usages = new HashMap<>();
  private long lastNumber;
  private @Nullable RuntimeException broken;

  public InMemoryUploadStore(Clock clock) {
    this.clock = clock;
  }

  /** From now on everything fails with this; null mends it. */
  public synchronized void breakWith(@Nullable RuntimeException failure) {
    broken = failure;
  }

  @Override
  public synchronized Created create(
      UploadSpec spec, Progress progress, Instant expireTime, Quota quota) {
    check();
    Optional<Upload> existing = findByRequestId(spec.tenant(), spec.requestId());
    if (existing.isPresent()) {
      return new Created(existing.get(), false);
    }
    Usage asked = Usage.of(spec, progress.state());
    Usage used = usage(spec.destination(), spec.tenant());
    Optional<UploadException> refusal = quota.refusal(spec, asked, used);
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    use(spec, asked);
    Instant made = spec.createTime();
    Upload upload = new Upload(++lastNumber, spec, progress, expireTime, made, 0, 0, made, 1);
    uploads.put(spec.id(), upload);
    requests.put(List.of(spec.tenant(), spec.requestId()), spec.id());
    ledgers.put(spec.id(), new TreeMap<>());
    return new Created(upload, true);
  }

  @Override
  public synchronized Usage usage(String destination, String tenant) {
    check();
    return usages.getOrDefault(destination + "/" + tenant, Usage.NONE);
  }

  private void use(UploadSpec spec, Usage more) {
    usages.merge(spec.destination() + "/" + spec.tenant(), more, Usage::plus);
  }

  @Override
  public synchronized Optional<Upload> find(String tenant, UploadId id) {
    check();
    return Optional.ofNullable(uploads.get(id))
        .filter(upload -> upload.spec().tenant().equals(tenant));
  }

  @Override
  public synchronized Optional<Upload> findByRequestId(String tenant, String requestId) {
    check();
    return Optional.ofNullable(requests.get(List.of(tenant, requestId))).map(uploads::get);
  }

  @Override
  public synchronized Optional<Upload> findOfAnyTenant(UploadId id) {
    check();
    return Optional.ofNullable(uploads.get(id));
  }

  @Override
  public synchronized Map<Long, Long> revisions(Collection<Long> numbers) {
    Map<Long, Long> revisions = new HashMap<>();
    findAll(numbers).forEach(upload -> revisions.put(upload.number(), upload.revision()));
    return revisions;
  }

  @Override
  public synchronized List<Upload> findAll(Collection<Long> numbers) {
    check();
    Set<Long> wanted = Set.copyOf(numbers);
    return uploads.values().stream().filter(upload -> wanted.contains(upload.number())).toList();
  }

  @Override
  public synchronized boolean replace(Upload seen, Progress next, LedgerChange change) {
    check();
    if (!isAsSeen(seen)) {
      return false;
    }
    NavigableMap<Integer, Part> ledger = ledger(seen);
    change.drop().forEach(ledger::remove);
    change.put().forEach(part -> ledger.put(part.number(), part));
    change(seen, upload -> upload.with(next));
    use(
        seen.spec(),
        Usage.of(seen.spec(), next.state()).minus(Usage.of(seen.spec(), seen.state())));
    return true;
  }

  @Override
  public synchronized boolean replaceIfNotExtended(Upload seen, Progress next) {
    check();
    Upload now = uploads.get(seen.id());
    return now != null
        && now.expireTime().equals(seen.expireTime())
        && now.urlEnd().equals(seen.urlEnd())
        && replace(seen, next, LedgerChange.NONE);
  }

  @Override
  public synchronized int forget(Collection<Upload> seen) {
    check();
    return (int) seen.stream().filter(this::forgetOne).count();
  }

  private boolean forgetOne(Upload seen) {
    if (!isAsSeen(seen)) {
      return false;
    }
    ledgers.remove(seen.id());
    use(seen.spec(), Usage.NONE.minus(Usage.of(seen.spec(), seen.state())));
    return uploads.remove(seen.id()) != null;
  }

  @Override
  public CompletionStage<Boolean> extend(
      Upload seen, Instant now, Instant expireTime, Instant urlEnd) {
    return stage(() -> isOpen(seen, now) && extended(seen, expireTime, urlEnd));
  }

  @Override
  public CompletionStage<Boolean> record(Upload seen, Part part, Instant expireTime) {
    return stage(
        () -> {
          if (!isOpen(seen, part.time())) {
            return false;
          }
          ledger(seen).put(part.number(), part);
          return extended(seen, expireTime, Instant.MIN);
        });
  }

  @Override
  public synchronized void drop(Upload seen, Collection<Integer> partNumbers) {
    check();
    Upload now = uploads.get(seen.id());
    if (now != null && now.state() == UploadState.ACTIVE) {
      partNumbers.forEach(ledger(seen)::remove);
      change(seen, UnaryOperator.identity());
    }
  }

  @Override
  public synchronized List<Part> parts(Upload upload, int after, int most) {
    check();
    return ledger(upload).tailMap(after, false).values().stream().limit(most).toList();
  }

  @Override
  public synchronized BitSet partNumbers(Upload upload) {
    check();
    BitSet numbers = new BitSet();
    ledger(upload).keySet().forEach(numbers::set);
    return numbers;
  }

  @Override
  public synchronized List<Upload> list(Query query) {
    check();
    return uploads.values().stream()
        .filter(upload -> matches(query, upload))
        .sorted(Comparator.comparing(Upload::id).reversed())
        .limit(query.most())
        .toList();
  }

  @Override
  public synchronized void renewLeases(Collection<Upload> seen, Instant until) {
    check();
    for (Upload each : seen) {
      Upload now = uploads.get(each.id());
      if (now != null
          && now.state() == UploadState.COMPLETING
          && now.progress().fence() == each.progress().fence()
          && now.progress().leaseUntil() != null
          && now.progress().leaseUntil().isBefore(until)) {
        uploads.put(each.id(), now.with(renewed(now.progress(), until)));
      }
    }
  }

  private static Progress renewed(Progress progress, Instant until) {
    return new Progress(
        progress.state(),
        progress.fence(),
        until,
        progress.storageUploadId(),
        progress.unsettledSince(),
        progress.cleanAt(),
        progress.completeTime(),
        progress.object(),
        progress.failure());
  }

  @Override
  public synchronized AtRest atRest(Instant before, long after, int most) {
    check();
    List<Upload> some =
        uploads.values().stream()
            .filter(upload -> upload.number() > after)
            .sorted(Comparator.comparing(Upload::number))
            .limit(most)
            .toList();
    return new AtRest(
        some.stream()
            .filter(upload -> upload.state().isTerminal() && dueSince(upload).isEmpty())
            .filter(upload -> upload.updateTime().isBefore(before))
            .toList(),
        some.size() == most && some.get(most - 1).spec().createTime().isBefore(before)
            ? some.get(most - 1).number()
            : 0);
  }

  @Override
  public synchronized Optional<UploadId> last(String tenant, @Nullable UploadId before, int count) {
    check();
    return uploads.values().stream()
        .map(Upload::spec)
        .filter(spec -> spec.tenant().equals(tenant))
        .map(UploadSpec::id)
        .filter(id -> before == null || id.compareTo(before) < 0)
        .sorted(Comparator.reverseOrder())
        .skip(count - 1)
        .findFirst();
  }

  @Override
  public synchronized List<Upload> due(Instant now, Set<UploadState> states, int most) {
    check();
    return uploads.values().stream()
        .filter(upload -> states.contains(upload.state()))
        .filter(upload -> dueSince(upload).filter(since -> !since.isAfter(now)).isPresent())
        .sorted(Comparator.comparing((Upload upload) -> dueSince(upload).orElseThrow()))
        .limit(most)
        .toList();
  }

  @Override
  public synchronized List<Upload> expired(Instant now, @Nullable Upload after, int most) {
    Comparator<Upload> order =
        Comparator.comparing(Upload::expireTime).thenComparing(Upload::number);
    check();
    return uploads.values().stream()
        .filter(upload -> upload.state() == UploadState.ACTIVE)
        .filter(upload -> !upload.expireTime().isAfter(now))
        .filter(upload -> after == null || order.compare(upload, after) > 0)
        .sorted(order)
        .limit(most)
        .toList();
  }

  private static Optional<Instant> dueSince(Upload upload) {
    Progress progress = upload.progress();
    return switch (upload.state()) {
      case ACTIVE -> Optional.of(upload.expireTime());
      case CREATING, COMPLETING ->
          Optional.of(progress.leaseUntil() == null ? upload.updateTime() : progress.leaseUntil());
      case ABORTED, EXPIRED, FAILED -> Optional.ofNullable(progress.cleanAt());
      case COMPLETED -> Optional.empty();
    };
  }

  private static boolean matches(Query query, Upload upload) {
    UploadSpec spec = upload.spec();
    return Stream.of(
            spec.tenant().equals(query.tenant()),
            query.states().isEmpty() || query.states().contains(upload.state()),
            isUnset(query.destination()) || spec.destination().equals(query.destination()),
            query.keyPrefix() == null || spec.key().startsWith(query.keyPrefix()),
            query.before() == null || spec.id().compareTo(query.before()) < 0,
            query.downTo() == null || spec.id().compareTo(query.downTo()) >= 0)
        .allMatch(matches -> matches);
  }

  private static boolean isUnset(@Nullable String text) {
    return text == null || text.isEmpty();
  }

  private boolean isAsSeen(Upload seen) {
    Upload now = uploads.get(seen.id());
    return now != null
        && now.state() == seen.state()
        && now.progress().fence() == seen.progress().fence();
  }

  private boolean isOpen(Upload seen, Instant at) {
    Upload now = uploads.get(seen.id());
    return now != null && now.state() == UploadState.ACTIVE && !now.isExpiredAt(at);
  }

  private boolean extended(Upload seen, Instant expireTime, Instant urlEnd) {
    change(
        seen,
        now ->
            new Upload(
                now.number(),
                now.spec(),
                now.progress(),
                later(now.expireTime(), expireTime),
                later(now.urlEnd(), urlEnd),
                now.uploadedParts(),
                now.uploadedBytes(),
                now.updateTime(),
                now.revision()));
    return true;
  }

  /** Applies a change, counts the ledger anew, and lets time and revision grow. */
  private void change(Upload seen, UnaryOperator<Upload> change) {
    Upload now = uploads.get(seen.id());
    if (now == null) {
      throw new IllegalStateException("no upload " + seen.id());
    }
    Upload next = change.apply(now);
    Collection<Part> ledger = ledger(seen).values();
    uploads.put(
        seen.id(),
        new Upload(
            next.number(),
            next.spec(),
            next.progress(),
            next.expireTime(),
            next.urlEnd(),
            ledger.size(),
            ledger.stream().mapToLong(Part::sizeBytes).sum(),
            later(clock.instant(), now.updateTime()),
            now.revision() + 1));
  }

  private NavigableMap<Integer, Part> ledger(Upload upload) {
    return ledgers.getOrDefault(upload.id(), new TreeMap<>());
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private void check() {
    if (broken != null) {
      throw broken;
    }
  }

  private synchronized CompletionStage<Boolean> stage(BooleanSupplier write) {
    if (broken != null) {
      return CompletableFuture.failedFuture(broken);
    }
    return CompletableFuture.completedFuture(write.getAsBoolean());
  }
}
