package io.waybill.client;

import static io.waybill.v1.PartSource.PART_SOURCE_LEDGER;
import static io.waybill.v1.PartSource.PART_SOURCE_STORAGE;

import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.Part;
import io.waybill.v1.PartRange;
import io.waybill.v1.Upload;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an upload whose checksums are known: by the ledger, by S3, or because they were sent
 * from here. The source may be another file than the one that the upload was started with:
 * comparing these checksums with the source's detects that.
 */
final class HeldParts {

  private static final Set<ErrorReason> STORAGE_FAILURES =
      Set.of(
          ErrorReason.ERROR_REASON_STORAGE_UPLOAD_GONE,
          ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE,
          ErrorReason.ERROR_REASON_STORAGE_REFUSED);

  private final Session session;
  private final TreeMap<Integer, byte[]> checksums = new TreeMap<>();

  private HeldParts(Session session) {
    this.session = session;
  }

  /** Of an upload that has no parts yet, or that is too late for any. */
  static HeldParts none(Session session) {
    return new HeldParts(session);
  }

  /** Asks the ledger, and S3 where the ledger has parts without a checksum. */
  static HeldParts of(Session session) {
    HeldParts held = none(session);
    Set<Integer> unknown = held.learnFromLedger();
    // S3 has no MD5 to list.
    if (!unknown.isEmpty() && session.algorithm() != ChecksumAlgorithm.CHECKSUM_ALGORITHM_MD5) {
      held.learnFromStorage(unknown);
    }
    return held;
  }

  /** Asks the ledger alone: of a completed upload S3 lists no parts. */
  static HeldParts reported(Session session) {
    HeldParts held = none(session);
    var unused = held.learnFromLedger();
    return held;
  }

  /** Returns the numbers of the parts that it has no checksum of. */
  private Set<Integer> learnFromLedger() {
    Set<Integer> unknown = new HashSet<>();
    if (!session.unhashed()) {
      for (Part part : session.parts(PART_SOURCE_LEDGER)) {
        if (!learn(part)) {
          unknown.add(part.getPartNumber());
        }
      }
    }
    return unknown;
  }

  private void learnFromStorage(Set<Integer> unknown) {
    try {
      session.parts(PART_SOURCE_STORAGE).stream()
          .filter(part -> unknown.contains(part.getPartNumber()))
          .forEach(this::learn);
    } catch (WaybillException e) {
      // A single PUT has no parts to list, and S3 may be away or forbid it: they stay unknown.
      if (STORAGE_FAILURES.stream().noneMatch(e::is)) {
        throw e;
      }
    }
  }

  private boolean learn(Part part) {
    boolean known = !part.getChecksum().isEmpty();
    if (known) {
      checksums.put(part.getPartNumber(), part.getChecksum().toByteArray());
    }
    return known;
  }

  boolean isEmpty() {
    return checksums.isEmpty();
  }

  boolean has(int number) {
    return checksums.containsKey(number);
  }

  boolean hasAll() {
    return checksums.size() == session.plan().partCount();
  }

  /** These and the parts sent since, whose checksums take the place of older ones. */
  HeldParts with(Map<Integer, byte[]> sent) {
    HeldParts all = none(session);
    all.checksums.putAll(checksums);
    all.checksums.putAll(sent);
    return all;
  }

  /** The runs of parts that can be compared. */
  List<PartRange> known() {
    return PartSet.of(session.plan().partCount(), this::has);
  }

  /** The upload as if nothing but the parts known by their checksums were there. */
  Upload withoutDoubtfulParts(Upload upload) {
    PartPlan plan = session.plan();
    return upload.toBuilder()
        .clearMissingRanges()
        .addAllMissingRanges(PartSet.of(plan.partCount(), number -> !has(number)))
        .setUploadedParts(checksums.size())
        .setUploadedBytes(checksums.keySet().stream().mapToLong(plan::size).sum())
        .build();
  }

  /** The numbers of the parts known that begin at {@code from} or later and before {@code to}. */
  List<Integer> between(long from, long to) {
    PartPlan plan = session.plan();
    return checksums.keySet().stream()
        .filter(number -> plan.offset(number) >= from && plan.offset(number) < to)
        .toList();
  }

  /** Refuses bytes that are not those of the part, if it is known. */
  void check(int number, PartBody body) throws IOException {
    byte[] stored = checksums.get(number);
    if (stored != null && !Arrays.equals(stored, Checksums.of(session.algorithm(), body))) {
      throw new OtherSourceException(
          "part " + number + " of the upload is not this file's (or stream's)");
    }
  }

  /**
   * Refuses parts that are not what was compared before or sent from here: another process may send
   * another file's parts into the same upload.
   *
   * @param now what the upload holds
   */
  void checkAgainst(HeldParts now) {
    now.checksums.forEach(
        (number, checksum) -> {
          byte @Nullable [] ours = checksums.get(number);
          if (ours != null && !Arrays.equals(ours, checksum)) {
            throw new OtherSourceException(
                "part " + number + " of the upload was sent by another process, with other bytes");
          }
        });
  }
}
