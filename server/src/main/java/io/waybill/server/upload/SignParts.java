package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Signs requests for parts, and extends the session. */
public final class SignParts {
  /** How much one reply may carry: below gRPC's default of 4 MiB on every client. */
  public static final int MAX_REPLY_BYTES = 3 << 20;

  /** How many parts are signed on an event loop: a millisecond's work, in which others wait. */
  static final int MOST_AT_ONCE = 1_000;

  /** How old a session may be that parts are signed for without a look at the store (I5). */
  static final Duration RECALLED = Duration.ofSeconds(2);

  /** A part to sign, with its checksum where the session has an algorithm. */
  public record Ask(int number, @Nullable Checksum checksum) {}

  /**
   * What was signed.
   *
   * @param parts in the order asked for
   * @param truncated whether the reply was full before all were signed
   */
  public record Signed(List<SignedPart> parts, boolean truncated) {}

  private final Sessions sessions;
  private final UploadStore store;
  private final Destinations destinations;
  private final UrlSigner signer;
  private final Clock clock;
  private final TokenBuckets signatures;
  private final TenantExecutor followUps;

  /**
   * @param signatures what a tenant has of them, each part one
   * @param followUps signs what had to be extended first: may read the database and take its time
   */
  public SignParts(
      Sessions sessions,
      UploadStore store,
      Destinations destinations,
      UrlSigner signer,
      Clock clock,
      TokenBuckets signatures,
      TenantExecutor followUps) {
    this.sessions = sessions;
    this.store = store;
    this.destinations = destinations;
    this.signer = signer;
    this.clock = clock;
    this.signatures = signatures;
    this.followUps = followUps;
  }

  /**
   * {@link #execute} without waiting for anything, if that can be; an empty answer says nothing.
   * The session may have left ACTIVE up to {@link #RECALLED} ago: its URLs end with those that were
   * signed before, and cleaning waits for these.
   */
  public Optional<CompletionStage<Signed>> executeAtOnce(
      Caller caller, UploadId id, List<Ask> parts, @Nullable Duration ttl) {
    if (parts.size() > MOST_AT_ONCE) {
      return Optional.empty();
    }
    return sessions
        .recallOpen(caller, id, RECALLED)
        .filter(signer::isReady)
        .map(upload -> signNamed(upload, parts, ttl));
  }

  /**
   * Signs the parts named.
   *
   * @param ttl how long the URLs shall live; null for the destination's
   */
  public CompletionStage<Signed> execute(
      Caller caller, UploadId id, List<Ask> parts, @Nullable Duration ttl) {
    signer.prepare();
    return signNamed(sessions.requireOpen(caller, id), parts, ttl);
  }

  private CompletionStage<Signed> signNamed(
      Upload upload, List<Ask> parts, @Nullable Duration ttl) {
    check(upload.spec(), parts);
    return sign(upload, parts, ttl);
  }

  /** Signs the first parts that the ledger does not hold; none where nothing is missing. */
  public CompletionStage<Signed> executeNextMissing(
      Caller caller, UploadId id, int most, @Nullable Duration ttl) {
    signer.prepare();
    Upload upload = sessions.requireOpen(caller, id);
    if (upload.spec().algorithm().isRequiredPerPart()) {
      throw UploadException.invalid(
          List.of(checksumRequired(upload.spec(), "next_missing", "sign with parts instead")));
    }
    BitSet present = store.partNumbers(upload);
    int partCount = upload.spec().plan().partCount();
    List<Ask> parts = new ArrayList<>();
    for (int n = present.nextClearBit(1);
        n <= partCount && parts.size() < most;
        n = present.nextClearBit(n + 1)) {
      parts.add(new Ask(n, null));
    }
    return sign(upload, parts, ttl);
  }

  CompletionStage<Signed> sign(Upload upload, List<Ask> parts, @Nullable Duration ttl) {
    Destination destination = destinations.of(upload);
    StorePolicy.requireSafe(destination, upload.spec());
    Instant now = clock.instant();
    Duration wished = urlTtl(destination, ttl);
    String tenant = upload.spec().tenant();
    signatures.take(tenant, parts.size());
    try {
      return signTaken(upload, parts, now, wished)
          .whenComplete(
              (signed, failure) ->
                  signatures.giveBack(
                      tenant, parts.size() - (signed == null ? 0 : signed.parts().size())));
    } catch (RuntimeException e) {
      signatures.giveBack(tenant, parts.size());
      throw e;
    }
  }

  private CompletionStage<Signed> signTaken(
      Upload upload, List<Ask> parts, Instant now, Duration wished) {
    Instant expire = ReportPart.slid(upload, now);
    Instant end = earlier(now.plus(wished), expire).truncatedTo(ChronoUnit.MILLIS);
    if (expire.equals(upload.expireTime()) && !end.isAfter(upload.urlEnd())) {
      return CompletableFuture.completedFuture(signAll(upload, parts, now, end));
    }
    // The end of the latest URL is stored before anybody has it, and a lifetime ahead, so that the
    // next calls need not write.
    Instant urlEnd = earlier(end.plus(wished), expire);
    return store
        .extend(upload, now, expire, urlEnd)
        .thenApplyAsync(
            extended -> {
              if (!extended) {
                throw sessions.refusalNow(upload);
              }
              return signAll(upload, parts, now, end);
            },
            followUps.of(upload.spec().tenant()));
  }

  private Signed signAll(Upload upload, List<Ask> parts, Instant now, Instant end) {
    List<SignedPart> signed = new ArrayList<>(parts.size());
    long weight = 0;
    for (Ask part : parts) {
      SignedPart next = signOne(upload, part, now, end);
      weight += next.weightBytes();
      if (weight > MAX_REPLY_BYTES) {
        return new Signed(signed, true);
      }
      signed.add(next);
    }
    return new Signed(signed, false);
  }

  private SignedPart signOne(Upload upload, Ask part, Instant now, Instant end) {
    try {
      return signer.sign(upload, part.number(), part.checksum(), now, end);
    } catch (StorageException e) {
      throw e.toUploadException();
    }
  }

  private static Duration urlTtl(Destination destination, @Nullable Duration asked) {
    if (asked == null) {
      return destination.urlTtl();
    }
    Duration most = destination.urlTtlMax();
    if (asked.compareTo(Duration.ofSeconds(1)) < 0 || asked.compareTo(most) > 0) {
      throw UploadException.invalid(
          List.of(Violation.invalid("url_ttl", "1 s to " + most.toSeconds() + " s, not " + asked)));
    }
    return asked;
  }

  private static void check(UploadSpec spec, List<Ask> parts) {
    for (Ask part : parts) {
      ReportPart.checkNumber(spec, part.number());
    }
    List<Violation> violations = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < parts.size(); i++) {
      Ask part = parts.get(i);
      if (!seen.add(part.number())) {
        violations.add(Violation.invalid("parts[" + i + "].part_number", "each part at most once"));
      }
      Checksum checksum = part.checksum();
      int length = spec.algorithm().lengthBytes();
      String field = "parts[" + i + "].checksum";
      if (checksum == null && length > 0) {
        violations.add(checksumRequired(spec, field, length + " bytes"));
      } else if (checksum != null && checksum.lengthBytes() != length) {
        violations.add(
            Violation.invalid(field, wrongLength(spec.algorithm(), checksum.lengthBytes())));
      }
    }
    if (!violations.isEmpty()) {
      throw UploadException.invalid(violations);
    }
  }

  static String wrongLength(ChecksumAlgorithm algorithm, int lengthBytes) {
    int allowed = algorithm.lengthBytes();
    return allowed == 0
        ? "none: the upload has no checksum_algorithm"
        : algorithm + " has " + allowed + " bytes, not " + lengthBytes;
  }

  private static Violation checksumRequired(UploadSpec spec, String field, String instead) {
    return new Violation(
        field,
        Reason.CHECKSUM_REQUIRED,
        "every part is signed with its " + spec.algorithm() + ": " + instead,
        Map.of("algorithm", spec.algorithm().name()));
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
