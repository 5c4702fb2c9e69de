package io.waybill.server.upload;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a destination does not do because of its store (invariant I8, and promises that its
 * configuration makes and the store cannot keep).
 *
 * <p>Without a checksum in the signature, a URL is safe only as long as the store lets it change
 * nothing once the object is finished. A destination whose store is not known to do that takes no
 * upload without a checksum, of whatever size, and signs nothing more for one that it has taken
 * before.
 */
final class StorePolicy {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private static final String CHECK_AGAIN =
      "start once with startup_checks: needs, since the old finding is kept";

  private static final String UNBOUND =
      "S3 takes other bytes under a part's URL after Complete, also where they are not those of the"
          + " checksum that is signed into it, so that no upload is safe; use another store";

  /** The names of the contract's enum, without its prefix. */
  private static final String ALGORITHMS =
      Arrays.stream(ChecksumAlgorithm.values())
          .filter(ChecksumAlgorithm::isRequiredPerPart)
          .map(Enum::name)
          .collect(Collectors.joining(", "));

  private StorePolicy() {}

  /** Why uploads without a checksum are never taken here; empty where they are, or may yet be. */
  static Optional<Violation> checksumViolation(Destination destination) {
    if (isSafe(destination) || isBeingChecked(destination)) {
      return Optional.empty();
    }
    return Optional.of(
        checksumRequired(
            destination,
            StoreFeature.PART_URLS_END,
            "checksum_algorithm",
            "one of "
                + ALGORITHMS
                + " (as CHECKSUM_ALGORITHM_"
                + ChecksumAlgorithm.CRC32C
                + "); none, or nothing, is refused: "));
  }

  /**
   * Refuses an upload that the destination cannot take as things are.
   *
   * @throws UploadException STORAGE_REFUSED where the operator has to act, STORAGE_UNAVAILABLE
   *     where it is not known yet whether the upload would be safe
   */
  static void requireTaken(Destination destination, ChecksumAlgorithm algorithm) {
    Optional<String> unfit = unfit(destination);
    if (unfit.isPresent()) {
      throw refused(destination, "takes no uploads", unfit.get());
    }
    if (!algorithm.isRequiredPerPart() && !isSafe(destination)) {
      throw notKnownYet(destination);
    }
  }

  /**
   * Refuses to sign for a session whose URLs could alter its finished object.
   *
   * @throws UploadException CHECKSUM_REQUIRED where that will not change, STORAGE_REFUSED where no
   *     checksum would help, else STORAGE_UNAVAILABLE
   */
  static void requireSafe(Destination destination, UploadSpec spec) {
    StoreFeature needed =
        spec.mode() == UploadMode.SINGLE
            ? StoreFeature.CONDITIONAL_PUTS
            : StoreFeature.PART_URLS_END;
    StoreFeatures features = destination.features();
    if (needed == StoreFeature.PART_URLS_END && isUnbound(features)) {
      throw refused(destination, "signs nothing more", UNBOUND);
    }
    if (spec.algorithm().isRequiredPerPart() || features.has(needed)) {
      return;
    }
    if (features.checked() && !features.lacks(needed)) {
      throw notKnownYet(destination);
    }
    throw UploadException.invalid(
        List.of(
            checksumRequired(
                destination,
                needed,
                "upload_id",
                "an upload without a checksum_algorithm, for which nothing more is signed: abort"
                    + " it, and start another with one of "
                    + ALGORITHMS
                    + ": ")));
  }

  /** What the configuration asks of the store, and the store was found not to do. */
  private static Optional<String> unfit(Destination destination) {
    StoreFeatures features = destination.features();
    ContentCheck check = destination.contentCheck();
    String setting = "content_check: " + check.name().toLowerCase(Locale.ROOT);
    if (isUnbound(features)) {
      return Optional.of(UNBOUND);
    }
    if (check != ContentCheck.OFF && features.lacks(StoreFeature.RANGED_READS)) {
      return Optional.of(
          setting
              + " needs to read the beginning of objects, which S3 refuses; set it to off, or"
              + " allow s3:GetObject");
    }
    if (check == ContentCheck.TAG && features.lacks(StoreFeature.OBJECT_TAGS)) {
      return Optional.of(
          setting
              + " needs tags of objects, which S3 refuses; set it to reject or off, or allow"
              + " s3:GetObjectTagging and s3:PutObjectTagging");
    }
    boolean cannotReject =
        check == ContentCheck.REJECT
            && destination.keys().exact()
            && features.lacks(StoreFeature.CONDITIONAL_DELETES);
    return cannotReject
        ? Optional.of(
            setting
                + " with exact_keys needs a DELETE with If-Match, which S3 does not honour;"
                + " set content_check to off, or exact_keys to false, or turn on versions of the"
                + " bucket")
        : Optional.empty();
  }

  private static UploadException refused(Destination destination, String what, String why) {
    return new UploadException(
        Reason.STORAGE_REFUSED,
        "destination %s %s until its operator has acted: %s%s"
            .formatted(
                destination.name(),
                what,
                why,
                destination.features().checked() ? "" : "; then " + CHECK_AGAIN),
        Map.of("destination", destination.name()));
  }

  /** Neither Complete nor a checksum ends a part's URL. */
  private static boolean isUnbound(StoreFeatures features) {
    return features.lacks(StoreFeature.PART_URLS_END)
        && features.lacks(StoreFeature.PART_CHECKSUMS_BIND);
  }

  private static boolean isSafe(Destination destination) {
    return destination.features().has(StoreFeature.PART_URLS_END);
  }

  private static boolean isBeingChecked(Destination destination) {
    StoreFeatures features = destination.features();
    return features.checked() && !features.lacks(StoreFeature.PART_URLS_END);
  }

  private static Violation checksumRequired(
      Destination destination, StoreFeature needed, String field, String description) {
    String why =
        destination.features().lacks(needed)
            ? "this destination's store takes other bytes under a signed URL after Complete, and"
                + " they would break the finished object; a checksum is signed into the URL"
                + (destination.features().checked()
                    ? ""
                    : "; once the store is another, the operator has to " + CHECK_AGAIN)
            : "startup_checks is off for this destination, so it is not known whether its store"
                + " takes other bytes under a signed URL after Complete; a checksum is signed into"
                + " the URL, or the operator lets the server find it out with startup_checks: needs";
    return new Violation(
        field,
        Reason.CHECKSUM_REQUIRED,
        description + why,
        Map.of("destination", destination.name(), "allowed", ALGORITHMS));
  }

  private static UploadException notKnownYet(Destination destination) {
    return new UploadException(
            Reason.STORAGE_UNAVAILABLE,
            "the check of destination %s has not passed yet, and until it is known whether a signed"
                    .formatted(destination.name())
                + " URL ends with Complete, only uploads with a checksum_algorithm are taken ("
                + ALGORITHMS
                + ")",
            Map.of("destination", destination.name()))
        .retryAfter(RETRY_AFTER);
  }
}
