package io.waybill.server.s3;

import io.waybill.server.upload.Destination;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What the checks put into a bucket, so that it can be told from everything else: a folder of its
 * own below the destination's prefix, names that are not an upload's (those have its id, with
 * dashes, as a segment), and metadata that no upload has.
 *
 * @param folder all probes of the destination begin so
 * @param key this one
 */
record Probe(String folder, String key) {
  /** Sent as {@code x-amz-meta-waybill-probe}. */
  static final String MARK = "waybill-probe";

  /** Beyond the life of any check, on any replica. */
  static final Duration LEFT_BEHIND = Duration.ofMinutes(30);

  private static final String FOLDER = ".waybill-probe/";
  private static final Pattern NAME = Pattern.compile("probe-[0-9a-f]{32}");

  static Probe in(Destination destination) {
    String folder = destination.keys().prefix() + FOLDER;
    return new Probe(folder, folder + "probe-" + UUID.randomUUID().toString().replace("-", ""));
  }

  static Map<String, String> metadata() {
    return Map.of(MARK, "start-up check; may be deleted");
  }

  /** Whether a key is a probe's that was left behind by a check that did not end. */
  boolean isLeft(String other, Instant since, InstantSource clock) {
    return other.startsWith(folder)
        && NAME.matcher(other.substring(folder.length())).matches()
        && since.isBefore(clock.instant().minus(LEFT_BEHIND));
  }

  /** Whether an object's metadata is a probe's. Stores change the case. */
  static boolean isMarked(Map<String, String> metadata) {
    return metadata.keySet().stream().anyMatch(MARK::equalsIgnoreCase)
        && metadata.keySet().stream().noneMatch(UploadMetadata.UPLOAD_ID::equalsIgnoreCase);
  }
}
