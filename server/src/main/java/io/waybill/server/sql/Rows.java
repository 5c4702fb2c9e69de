package io.waybill.server.sql;

import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadSpec;
import org.jspecify.annotations.Nullable;

/**
 * The rows of others' that a write will lock, so that a batch can lock those of all its writes in
 * one order first.
 *
 * @param uploadNo of table upload; null where there is none yet
 * @param usage of table tenant_usage; null where what is in use stays
 */
record Rows(@Nullable Long uploadNo, @Nullable UsageKey usage) {
  static final Rows NONE = new Rows(null, null);

  /** The key of a row of tenant_usage. */
  record UsageKey(String destination, String tenant) implements Comparable<UsageKey> {
    static UsageKey of(UploadSpec spec) {
      return new UsageKey(spec.destination(), spec.tenant());
    }

    @Override
    public int compareTo(UsageKey other) {
      int byDestination = destination.compareTo(other.destination);
      return byDestination != 0 ? byDestination : tenant.compareTo(other.tenant);
    }
  }

  static Rows ofNew(UploadSpec spec) {
    return new Rows(null, UsageKey.of(spec));
  }

  static Rows of(Upload upload, boolean withUsage) {
    return new Rows(upload.number(), withUsage ? UsageKey.of(upload.spec()) : null);
  }
}
