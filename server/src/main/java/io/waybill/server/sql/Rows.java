package io.waybill.server.sql;

import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadSpec;
import java.util.Collection;
import java.util.List;

/**
 * The rows of others' that a write will lock, so that a batch can lock those of all its writes in
 * one order first.
 *
 * @param uploads numbers of rows of table upload
 * @param usages keys of rows of table tenant_usage
 */
record Rows(List<Long> uploads, List<UsageKey> usages) {
  static final Rows NONE = new Rows(List.of(), List.of());

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
    return new Rows(List.of(), List.of(UsageKey.of(spec)));
  }

  static Rows of(Upload upload, boolean withUsage) {
    return withUsage ? ofEnding(List.of(upload)) : of(List.of(upload));
  }

  static Rows of(Collection<Upload> uploads) {
    return new Rows(uploads.stream().map(Upload::number).toList(), List.of());
  }

  /** Of sessions whose use is given back. */
  static Rows ofEnding(Collection<Upload> uploads) {
    return new Rows(
        uploads.stream().map(Upload::number).toList(),
        uploads.stream().map(upload -> UsageKey.of(upload.spec())).distinct().toList());
  }

  /** Whether a write alone locks them in the order that all share: a session, and its usage. */
  boolean areInOrder() {
    return uploads.size() <= 1;
  }
}
