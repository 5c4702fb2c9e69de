package io.waybill.server.sql;

import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore.Query;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link Query} of which only what matters is said. */
final class ListQuery {
  private final String tenant;
  private Set<UploadState> states = Set.of();
  private @Nullable String destination;
  private @Nullable String prefix;
  private @Nullable Instant after;
  private @Nullable Instant until;
  private @Nullable UploadId before;
  private int most = 100;

  ListQuery(String tenant) {
    this.tenant = tenant;
  }

  ListQuery states(UploadState... wanted) {
    states = Set.of(wanted);
    return this;
  }

  ListQuery destination(String wanted) {
    destination = wanted;
    return this;
  }

  ListQuery prefix(String wanted) {
    prefix = wanted;
    return this;
  }

  ListQuery after(Instant time) {
    after = time;
    return this;
  }

  ListQuery until(Instant time) {
    until = time;
    return this;
  }

  ListQuery before(UploadId id) {
    before = id;
    return this;
  }

  ListQuery most(int wanted) {
    most = wanted;
    return this;
  }

  Query build() {
    return new Query(tenant, states, destination, prefix, after, until, before, most);
  }
}
