package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Puts a part into the ledger. A hint: Complete believes S3 alone. */
public final class ReportPart {

  /**
   * What the caller says of a part.
   *
   * @param etag with or without quotes, weak or not; empty where the caller does not know it
   */
  public record Report(
      int number, String etag, OptionalLong sizeBytes, @Nullable Checksum checksum) {}

  private static final Duration ANY_AGE = Duration.ofDays(1);

  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private final Sessions sessions;
  private final UploadStore store;
  private final Clock clock;
  private final TenantExecutor followUps;
  private final FullLedgers ledgers;

  /**
   * @param followUps finds out why a report was refused: reads the database
   * @param ledgers is told of each report that is durable
   */
  public ReportPart(
      Sessions sessions,
      UploadStore store,
      Clock clock,
      TenantExecutor followUps,
      FullLedgers ledgers) {
    this.sessions = sessions;
    this.store = store;
    this.clock = clock;
    this.followUps = followUps;
    this.ledgers = ledgers;
  }

  /**
   * {@link #execute} without a look at the store first, if the session is at hand; an empty answer
   * says nothing. What is recalled may be old: a plan never changes, and whether the session is
   * still open is asked by the write itself.
   */
  public Optional<CompletionStage<Void>> executeAtOnce(Caller caller, UploadId id, Report report) {
    return sessions
        .recallOpen(caller, id, ANY_AGE)
        .map(upload -> record(upload, part(upload.spec(), report)));
  }

  /** Completes when the report is durable. Holds no thread until then. */
  public CompletionStage<Void> execute(Caller caller, UploadId id, Report report) {
    Upload upload = sessions.require(caller, id);
    Part part = part(upload.spec(), report);
    if (upload.state() == UploadState.COMPLETED && isHeld(upload, part)) {
      return DONE;
    }
    return record(sessions.requireOpen(upload), part);
  }

  private CompletionStage<Void> record(Upload upload, Part part) {
    return store
        .record(upload, part, slid(upload, part.time()))
        .thenCompose(recorded -> recorded ? reported(upload) : refused(upload));
  }

  private CompletionStage<Void> reported(Upload upload) {
    ledgers.reported(upload);
    return DONE;
  }

  private CompletionStage<Void> refused(Upload upload) {
    return CompletableFuture.runAsync(
        () -> {
          throw sessions.refusalNow(upload);
        },
        followUps.of(upload.spec().tenant()));
  }

  private Part part(UploadSpec spec, Report report) {
    checkNumber(spec, report.number());
    long planned = spec.plan().sizeOf(report.number());
    if (report.sizeBytes().isPresent() && report.sizeBytes().getAsLong() != planned) {
      long reported = report.sizeBytes().getAsLong();
      throw new UploadException(
          Reason.SIZE_MISMATCH,
          "part %d has %d bytes in the plan, not %d".formatted(report.number(), planned, reported),
          Map.of(
              "part_number",
              String.valueOf(report.number()),
              "expected_bytes",
              String.valueOf(planned),
              "size_bytes",
              String.valueOf(reported)));
    }
    Checksum checksum = report.checksum();
    if (checksum != null && checksum.lengthBytes() != spec.algorithm().lengthBytes()) {
      throw UploadException.invalid(
          List.of(
              Violation.invalid(
                  "checksum", SignParts.wrongLength(spec.algorithm(), checksum.lengthBytes()))));
    }
    return new Part(report.number(), planned, report.etag(), checksum, clock.instant());
  }

  private boolean isHeld(Upload upload, Part part) {
    List<Part> held = store.parts(upload, part.number() - 1, 1);
    return !held.isEmpty() && held.get(0).number() == part.number() && held.get(0).agreesWith(part);
  }

  static void checkNumber(UploadSpec spec, int number) {
    if (!spec.plan().contains(number)) {
      int partCount = spec.plan().partCount();
      throw new UploadException(
          Reason.PART_OUT_OF_RANGE,
          "the plan has parts 1 to " + partCount + ", not " + number,
          Map.of("part_number", String.valueOf(number), "part_count", String.valueOf(partCount)));
    }
  }

  /**
   * Where the session's end moves to at a sign of life: its present end, until a tenth of its TTL
   * is gained by moving it.
   */
  static Instant slid(Upload upload, Instant now) {
    Instant target = upload.spec().expireTimeFrom(now);
    Duration gain = Duration.between(upload.expireTime(), target);
    return gain.compareTo(upload.spec().sessionTtl().dividedBy(10)) < 0
        ? upload.expireTime()
        : target;
  }
}
