package io.waybill.server.grpc;

import io.grpc.Metadata;
import io.waybill.server.upload.UploadException;
import java.util.Iterator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Headers of which a call has one or none: of two, a proxy may have looked at the other one. */
final class Headers {
  private Headers() {}

  static @Nullable String only(
      Metadata headers, Metadata.Key<String> key, Supplier<UploadException> ifSeveral) {
    Iterable<String> all = headers.getAll(key);
    if (all == null) {
      return null;
    }
    Iterator<String> each = all.iterator();
    String first = each.next();
    if (each.hasNext()) {
      throw ifSeveral.get();
    }
    return first;
  }
}
