package io.waybill.server.upload;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What S3 holds of an upload against the plan and the ledger.
 *
 * @param manifest the plan's parts as S3 has them, ascending; whole only if nothing is missing
 * @param missing parts that S3 does not have
 * @param mismatched parts that S3 has otherwise than planned or reported
 */
record PartVerification(List<Part> manifest, BitSet missing, BitSet mismatched) {
  /** How many runs of part numbers an error names at the most. */
  private static final int MAX_RANGES = 100;

  static PartVerification of(UploadSpec spec, List<Part> stored, List<Part> ledger) {
    Map<Integer, Part> byNumber = new TreeMap<>();
    stored.forEach(part -> byNumber.put(part.number(), part));
    Map<Integer, Part> reported = new TreeMap<>();
    ledger.forEach(part -> reported.put(part.number(), part));

    PartVerification result = new PartVerification(new ArrayList<>(), new BitSet(), new BitSet());
    for (int n = 1; n <= spec.plan().partCount(); n++) {
      Part found = byNumber.get(n);
      Part said = reported.get(n);
      if (found == null) {
        result.missing.set(n);
      } else if (found.sizeBytes() != spec.plan().sizeOf(n)
          || (said != null && !found.agreesWith(said))) {
        result.mismatched.set(n);
      } else {
        result.manifest.add(said == null ? found : filledIn(found, said));
      }
    }
    return result;
  }

  boolean isWhole() {
    return missing.isEmpty() && mismatched.isEmpty();
  }

  /** The ledger rows that are not true. */
  List<Integer> untrue() {
    BitSet both = (BitSet) missing.clone();
    both.or(mismatched);
    return both.stream().boxed().toList();
  }

  UploadException refusal(UploadSpec spec) {
    if (!mismatched.isEmpty()) {
      String parts = PartRanges.text(PartRanges.of(mismatched, MAX_RANGES));
      return new UploadException(
          Reason.PART_MISMATCH,
          "S3 holds other bytes than planned or reported of parts " + parts,
          Map.of(
              "upload_id",
              spec.id().toString(),
              "parts",
              parts,
              "count",
              String.valueOf(mismatched.cardinality())));
    }
    String parts = PartRanges.text(PartRanges.of(missing, MAX_RANGES));
    return new UploadException(
        Reason.PARTS_MISSING,
        "S3 does not have parts " + parts,
        Map.of(
            "upload_id",
            spec.id().toString(),
            "missing_ranges",
            parts,
            "missing_count",
            String.valueOf(missing.cardinality())));
  }

  /** S3's word, and the caller's where S3 says nothing. */
  private static Part filledIn(Part found, Part said) {
    return new Part(
        found.number(),
        found.sizeBytes(),
        found.etag(),
        found.checksum() == null ? said.checksum() : found.checksum(),
        said.time());
  }
}
