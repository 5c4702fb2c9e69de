package io.waybill.client;

import io.waybill.v1.Part;
import io.waybill.v1.PartRange;
import io.waybill.v1.Upload;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * The parts of an upload whose checksums the ledger knows. Whoever names an upload to resume may
 * name another file than it was begun with; these tell.
 */
final class HeldParts {

  private final Session session;
  private final TreeMap<Integer, byte[]> checksums = new TreeMap<>();

  private HeldParts(Session session) {
    this.session = session;
  }

  /** Asks the ledger. */
  static HeldParts of(Session session) {
    HeldParts held = new HeldParts(session);
    if (!session.unhashed()) {
      for (Part part : session.parts()) {
        if (!part.getChecksum().isEmpty()) {
          held.checksums.put(part.getPartNumber(), part.getChecksum().toByteArray());
        }
      }
    }
    return held;
  }

  boolean has(int number) {
    return checksums.containsKey(number);
  }

  boolean hasAll() {
    return checksums.size() == session.plan().partCount();
  }

  /** The runs of parts that can be compared. */
  List<PartRange> known() {
    return PartSet.of(session.plan().partCount(), this::has);
  }

  /** The upload as if nothing but the parts known by their checksums were there. */
  Upload without(Upload upload) {
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
      throw UploadFailedException.sourceChanged(
          "part " + number + " of the upload is not this file's (or stream's)");
    }
  }
}
