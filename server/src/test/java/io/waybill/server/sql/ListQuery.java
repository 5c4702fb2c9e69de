package io.waybill.server.sql;

import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore.Query;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link Query} of which only what matters is said. */
final class ListQuery {
  private final String tenant;
  private Set<UploadState> states = Set.of();
  private @Nullable String destination;
  private @Nullable String prefix;
  private @Nullable UploadId before;
  private @Nullable UploadId downTo;
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

  ListQuery downTo(UploadId id) {
    downTo = id;
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
    return new Query(tenant, states, destination, prefix, before, downTo, most);
  }
}
