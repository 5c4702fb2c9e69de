package io.waybill.server.upload;

import java.util.Map;
import java.util.Optional;

/**
 * How much of a destination a tenant may have in use. A start that goes beyond it is refused; what
 * is there already goes on, also where the quota was lowered below it.
 *
 * @param openSessions the most sessions that have not come to an end; {@link #NO_LIMIT} for any
 * @param reservedBytes the most bytes of sessions that are open or were completed; likewise
 */
public record Quota(long openSessions, long reservedBytes) {
  public static final long NO_LIMIT = Long.MAX_VALUE;
  public static final Quota UNLIMITED = new Quota(NO_LIMIT, NO_LIMIT);

  public Quota {
    if (openSessions < 0 || reservedBytes < 0) {
      throw new IllegalArgumentException("a quota is 0 or more");
    }
  }

  /** Whether more fits beside what is in use. */
  public boolean hasRoomFor(Usage asked, Usage used) {
    return used.openSessions() <= openSessions - asked.openSessions()
        && used.reservedBytes() <= reservedBytes - asked.reservedBytes();
  }

  /** Why a session that asks for this cannot be made beside what is in use; empty where it can. */
  public Optional<UploadException> refusal(UploadSpec spec, Usage asked, Usage used) {
    if (hasRoomFor(asked, used)) {
      return Optional.empty();
    }
    boolean sessions = used.openSessions() > openSessions - asked.openSessions();
    return Optional.of(
        sessions
            ? exceeded(
                spec, "open_sessions", openSessions, used.openSessions(), asked.openSessions())
            : exceeded(
                spec,
                "reserved_bytes",
                reservedBytes,
                used.reservedBytes(),
                asked.reservedBytes()));
  }

  private static UploadException exceeded(
      UploadSpec spec, String what, long limit, long used, long asked) {
    return new UploadException(
        Reason.QUOTA_EXCEEDED,
        "the tenant's quota of %s is %d, %d are in use, and this upload asks for %d"
            .formatted(what, limit, used, asked),
        Map.of(
            UploadException.QUOTA,
            "destination:" + spec.destination() + "/tenant:" + spec.tenant() + "/" + what,
            "limit",
            String.valueOf(limit),
            "used",
            String.valueOf(used),
            "asked",
            String.valueOf(asked)));
  }
}
