package io.waybill.server.sim;

import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the oracle knows of one session. */
final class SessionModel {
  /** When a report was last recorded, and of which ETag. */
  record Recorded(String etag, Instant time) {}

  final UploadSpec spec;
  UploadState state;
  long fence;
  @Nullable Instant leaseUntil;

  /** Since when it is that; whoever read the row before could not know. */
  Instant leaseSince = Instant.MIN;

  /** The server that took the lease: it may go on with what it could not let go of. */
  @Nullable SimServer leaseBy;

  /** When S3 last refused to create it for sure. */
  Instant refusedAt = Instant.MIN;

  /** False once it was forgotten. */
  boolean exists = true;

  /** Some caller was told of it. */
  boolean acked;

  /** Its object was there, and another session of an overwriting destination has replaced it. */
  boolean overwritten;

  /** When it was last ACTIVE. */
  Instant leftActive = Instant.MAX;

  /** Some caller has asked to complete it. */
  boolean completeAsked;

  /** S3 has refused to complete it, surely. */
  boolean reopened;

  /** What was sent since it became COMPLETING; null for nothing yet. */
  @Nullable List<String> manifest;

  final Map<Integer, Recorded> recorded = new TreeMap<>();

  SessionModel(UploadSpec spec, UploadState state) {
    this.spec = spec;
    this.state = state;
  }
}
