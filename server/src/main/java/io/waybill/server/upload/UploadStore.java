package io.waybill.server.upload;

import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sessions and their ledgers.
 *
 * <p>Every write is durable before it is answered. A change of {@link Progress} is a
 * compare-and-set on (state, fence): false means that somebody was quicker, and the caller reads
 * again and decides anew. {@link Upload#revision} and {@link Upload#updateTime} grow with every
 * change; the counts of parts and bytes always agree with the ledger. Writes that hold no thread
 * while they wait return a stage. Thread-safe.
 *
 * <p>Every method throws, or completes with, {@link UploadException} STORE_UNAVAILABLE where the
 * database does not answer (then a write may or may not have happened), and OVERLOADED where the
 * queue of writes is full (then it surely has not).
 */
public interface UploadStore {

  /** A session that {@link #create} made, or found. */
  record Created(Upload upload, boolean isNew) {}

  /**
   * What a change of state does to the ledger in the same transaction.
   *
   * @param put parts to add or replace
   * @param drop numbers of parts to remove
   */
  record LedgerChange(Collection<Part> put, Collection<Integer> drop) {
    public static final LedgerChange NONE = new LedgerChange(List.of(), List.of());

    public boolean isEmpty() {
      return put.isEmpty() && drop.isEmpty();
    }

    public LedgerChange {
      put = List.copyOf(put);
      drop = List.copyOf(drop);
    }
  }

  /**
   * Which sessions to list; what is null or empty does not matter.
   *
   * @param before only ids that sort before this one, so older ones
   * @param downTo only this id and newer ones
   * @param most 1 to 1,001
   */
  record Query(
      String tenant,
      Set<UploadState> states,
      @Nullable String destination,
      @Nullable String keyPrefix,
      @Nullable UploadId before,
      @Nullable UploadId downTo,
      int most) {}

  /**
   * Adds a session, unless the tenant has one with this request id: then returns that one, whatever
   * the quota. The {@code urlEnd} of a new one is its creation.
   *
   * <p>What the new session uses ({@link Usage#of}) is taken in the same transaction, however many
   * starts there are at once; and {@link #replace}, {@link #replaceIfNotExtended} and {@link
   * #forget} give back in theirs what is not used any more.
   *
   * @throws UploadException QUOTA_EXCEEDED where the quota has no room for it; nothing is made then
   */
  Created create(UploadSpec spec, Progress progress, Instant expireTime, Quota quota);

  /** What a tenant has in use of a destination. */
  Usage usage(String destination, String tenant);

  /** The tenant's session of this id. */
  Optional<Upload> find(String tenant, UploadId id);

  /**
   * The tenant's session as it was read not longer ago than {@code oldest}, if that is at hand: an
   * empty answer says nothing. Never waits, so it may be asked on an event loop. Of what may have
   * changed since, it holds only for ACTIVE sessions that their end and {@code urlEnd} are not
   * earlier now; counts, revision and times of change may be old.
   */
  default Optional<Upload> recall(String tenant, UploadId id, Duration oldest) {
    return Optional.empty();
  }

  /** The tenant's session that this request id made. */
  Optional<Upload> findByRequestId(String tenant, String requestId);

  /** The session of this id, whoever's it is: for the sweeper and events, which have no caller. */
  Optional<Upload> findOfAnyTenant(UploadId id);

  /**
   * The revisions of sessions, by their numbers; of those that are gone, none. For watching, which
   * asks often.
   *
   * @param numbers {@link Upload#number}s, at most 1,000
   */
  Map<Long, Long> revisions(Collection<Long> numbers);

  /**
   * Sessions by their numbers, in any order, whoever's they are; none of those that are gone.
   *
   * @param numbers {@link Upload#number}s, at most 1,000
   */
  List<Upload> findAll(Collection<Long> numbers);

  /** Moves a session on, if its state and fence are still those seen. */
  default boolean replace(Upload seen, Progress next) {
    return replace(seen, next, LedgerChange.NONE);
  }

  /** Moves a session on and changes its ledger with it, or does neither. */
  boolean replace(Upload seen, Progress next, LedgerChange change);

  /** {@link #replace} on the further condition that nothing has extended the session since. */
  boolean replaceIfNotExtended(Upload seen, Progress next);

  /** Deletes a session that S3 surely refused to create, if its state and fence are still those. */
  default boolean forget(Upload seen) {
    return forget(List.of(seen)) == 1;
  }

  /**
   * Deletes sessions with their ledgers, all in one transaction: those whose state and fence are
   * still those seen. What they use is given back.
   *
   * @return how many
   */
  int forget(Collection<Upload> seen);

  /**
   * Extends an ACTIVE session that has not expired. Neither time ever moves back.
   *
   * @param now the time by which it must not have expired
   * @return false where it was not ACTIVE or had expired
   */
  CompletionStage<Boolean> extend(Upload seen, Instant now, Instant expireTime, Instant urlEnd);

  /**
   * Puts a part into the ledger of an ACTIVE session that has not expired, in place of what was
   * there, and extends the session. {@link Part#time} is the time by which it must not have
   * expired.
   *
   * @param expireTime where the session is to be extended to; its present end to leave it
   * @return false where it was not ACTIVE or had expired
   */
  CompletionStage<Boolean> record(Upload seen, Part part, Instant expireTime);

  /** Removes parts from the ledger of an ACTIVE session; of no other. */
  void drop(Upload seen, Collection<Integer> partNumbers);

  /** The ledger, ascending, from after a part number on. */
  List<Part> parts(Upload upload, int after, int most);

  /** The numbers of all parts in the ledger. */
  BitSet partNumbers(Upload upload);

  /**
   * Sessions by id, the newest first. Looks at all that {@code before} and {@code downTo} leave.
   */
  List<Upload> list(Query query);

  /**
   * The last of so many sessions of a tenant, the newest first, whatever they are; empty where
   * there are not so many. Costs what counting takes.
   *
   * @param before only ids that sort before this one; null for all
   */
  Optional<UploadId> last(String tenant, @Nullable UploadId before, int count);

  /**
   * Sessions of all tenants that want the sweeper, longest due first: ACTIVE ones that expired,
   * CREATING and COMPLETING ones that nobody holds a lease on, and dead ones whose {@code cleanAt}
   * has come.
   */
  default List<Upload> due(Instant now, int most) {
    return due(now, EnumSet.allOf(UploadState.class), most);
  }

  /** Those of them that are in one of these states. */
  List<Upload> due(Instant now, Set<UploadState> states, int most);

  /**
   * Those of them that are ACTIVE and expired, a page at a time.
   *
   * @param after the last of the page before; null for the first
   */
  List<Upload> expired(Instant now, @Nullable Upload after, int most);

  /**
   * Puts the end of leases on COMPLETING sessions off: of those whose fence is still that seen, and
   * whose lease was not let go; never to an earlier time. No other change, and none for watchers.
   */
  void renewLeases(Collection<Upload> seen, Instant until);

  /**
   * Some of the sessions at rest.
   *
   * @param next where to look for more; 0 where there are none
   */
  record AtRest(List<Upload> uploads, long next) {
    public AtRest {
      uploads = List.copyOf(uploads);
    }
  }

  /**
   * Sessions of all tenants that are over, of which S3 has nothing left to clean, and that have not
   * changed since a time; in the order of their {@link Upload#number}.
   *
   * @param after a number that was {@link AtRest#next}; 0 for the first
   * @param most how many sessions to look at, at rest or not: 1 to 1,000
   */
  AtRest atRest(Instant before, long after, int most);
}
