package io.waybill.server.sql;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ACTIVE sessions that were read or written last, and how long ago. What this store itself
 * changes it knows at once; what another replica changes, only when it reads again, so who asks
 * says how old an answer may be.
 *
 * <p>A session that left ACTIVE here leaves a mark: a reader that was slow must not put back what
 * it read before.
 */
final class RecentUploads {
  /** Of about 1.5 kB each. */
  private static final int MOST = 10_000;

  /** Long enough for a slow part; what expires is read again. */
  private static final Duration KEPT = Duration.ofMinutes(5);

  private record Key(String tenant, UploadId id) {}

  /**
   * @param upload null where it left ACTIVE
   * @param nanos when it was read, by the ticker
   */
  private record Seen(@Nullable Upload upload, long nanos) {}

  private final Ticker ticker;
  private final Cache<Key, Seen> seen;

  RecentUploads(Ticker ticker) {
    this.ticker = ticker;
    this.seen =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(KEPT)
            .ticker(ticker)
            .executor(Runnable::run) // no threads of its own
            .build();
  }

  Optional<Upload> recall(String tenant, UploadId id, Duration oldest) {
    Seen found = seen.getIfPresent(new Key(tenant, id));
    if (found == null || ticker.read() - found.nanos > oldest.toNanos()) {
      return Optional.empty();
    }
    return Optional.ofNullable(found.upload);
  }

  /** Now, to be taken before a session is read. */
  long now() {
    return ticker.read();
  }

  /** It was read; what was written here since then counts more. */
  void read(Upload upload, long nanos) {
    if (upload.state() != UploadState.ACTIVE) {
      return;
    }
    seen.asMap()
        .merge(
            key(upload),
            new Seen(upload, nanos),
            (known, fresh) -> fresh.nanos - known.nanos > 0 ? fresh : known);
  }

  /**
   * It was moved on by this store.
   *
   * @param nanos when the write began: another may have moved it on before this one told
   */
  void moved(Upload from, Progress to, long nanos) {
    if (to.state() == UploadState.ACTIVE) {
      read(from.with(to), nanos);
    } else {
      forget(from);
    }
  }

  /** It is in a state that nobody knows, or gone. */
  void forget(Upload upload) {
    seen.put(key(upload), new Seen(null, ticker.read()));
  }

  /** It was extended, at least to these. */
  void extended(Upload upload, Instant expireTime, @Nullable Instant urlEnd) {
    boolean grows = urlEnd != null || expireTime.isAfter(upload.expireTime());
    if (!grows) {
      return; // as most reports do not
    }
    seen.asMap()
        .computeIfPresent(
            key(upload),
            (key, known) ->
                known.upload == null
                    ? known
                    : new Seen(later(known.upload, expireTime, urlEnd), known.nanos));
  }

  private static Upload later(Upload upload, Instant expireTime, @Nullable Instant urlEnd) {
    return upload.extendedTo(
        latest(upload.expireTime(), expireTime),
        urlEnd == null ? upload.urlEnd() : latest(upload.urlEnd(), urlEnd));
  }

  private static Instant latest(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static Key key(Upload upload) {
    return new Key(upload.spec().tenant(), upload.id());
  }
}
