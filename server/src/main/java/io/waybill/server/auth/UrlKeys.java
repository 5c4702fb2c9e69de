package io.waybill.server.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The keys behind a URL: fetched at the start, then every so often, and when a token names a key
 * that is not there (rotation). Fetching happens in the background only. A call that needs what is
 * not there yet is refused with RetryInfo: gRPC's event loop must not wait, and to park calls would
 * let anybody pile them up with tokens of his own making.
 *
 * <p>While the URL is away, or answers nonsense, the old keys stay.
 */
final class UrlKeys implements SigningKeys {
  private static final System.Logger LOG = System.getLogger(UrlKeys.class.getName());

  /** What a fetch may take, on top of when it begins. */
  private static final Duration FETCH = Duration.ofSeconds(1);

  /** How long a kid that the issuer does not have is remembered, and how many of them. */
  private static final Duration MEMORY = Duration.ofMinutes(5);

  private static final int MEMORIES = 1_000;
  private static final int MAX_KID_CHARS = 256;

  /** Where the keys come from. */
  @FunctionalInterface
  interface Origin {
    byte[] fetch() throws IOException, InterruptedException;
  }

  private final Origin origin;
  private final Duration pause;
  private final Background background;
  private final Runnable onChange;
  private final AtomicBoolean asked = new AtomicBoolean();

  /** Kids that no fetch had yet, and when each was first seen, by {@link System#nanoTime}. */
  private final Cache<String, Long> unknown =
      Caffeine.newBuilder().maximumSize(MEMORIES).expireAfterWrite(MEMORY).build();

  private final CompletableFuture<Void> there = new CompletableFuture<>();
  private volatile @Nullable KeySet keys;
  private volatile byte[] json = {};
  private volatile long lastBegin;

  /** When the latest fetch began that brought keys. */
  private volatile long freshAt;

  private UrlKeys(Origin origin, Duration pause, Background background, Runnable onChange) {
    this.origin = origin;
    this.pause = pause;
    this.background = background;
    this.onChange = onChange;
    this.lastBegin = System.nanoTime() - pause.toNanos();
    this.freshAt = lastBegin;
  }

  /**
   * Begins to fetch.
   *
   * @param refresh how often the keys are fetched anyhow
   * @param pause how long between two fetches at the least, whatever tokens say
   * @param onChange told after other keys have come
   */
  static UrlKeys open(
      Origin origin, Duration refresh, Duration pause, Background background, Runnable onChange) {
    UrlKeys made = new UrlKeys(origin, pause, background, onChange);
    made.ask();
    background.every(refresh, made::ask);
    return made;
  }

  @Override
  public List<JWSVerifier> find(JWSHeader header) {
    KeySet now = keys;
    if (now == null) {
      throw Refusals.keysAway(ask());
    }
    List<JWSVerifier> found = now.find(header);
    String kid = header.getKeyID();
    if (found.isEmpty() && kid != null && kid.length() <= MAX_KID_CHARS && !now.has(kid)) {
      // This first, then the fetch, so that the fetch is the later one.
      Long firstSeen = unknown.get(kid, k -> System.nanoTime());
      Duration wait = ask();
      if (freshAt - firstSeen < 0) {
        throw Refusals.keysAway(wait);
      }
    }
    return found;
  }

  @Override
  public CompletableFuture<Void> there() {
    return there;
  }

  /** Sees to it that a fetch will begin; returns when it is worth to come again. */
  private Duration ask() {
    long left = Math.max(0, lastBegin + pause.toNanos() - System.nanoTime());
    Duration wait = Duration.ofNanos(left);
    if (asked.compareAndSet(false, true)) {
      background.after(wait, this::fetch);
    }
    return wait.plus(FETCH);
  }

  private void fetch() {
    long begin = System.nanoTime();
    lastBegin = begin;
    asked.set(false);
    try {
      byte[] fetched = origin.fetch();
      if (keys == null || !Arrays.equals(fetched, json)) {
        KeySet parsed = KeySet.parse(fetched);
        keys = parsed;
        json = fetched;
        onChange.run();
        there.complete(null);
        LOG.log(Level.INFO, "{0} keys of the issuer are in use", parsed.size());
      }
      freshAt = begin;
    } catch (IOException e) {
      String state = keys == null ? "there are none yet" : "the old ones stay";
      LOG.log(Level.WARNING, "the issuer''s keys cannot be fetched, {0}: {1}", state, e.toString());
      ask();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
