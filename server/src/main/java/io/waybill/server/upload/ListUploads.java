package io.waybill.server.upload;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions of the caller's tenant, newest first. */
public final class ListUploads {

  /**
   * Which sessions; what is null or empty does not matter.
   *
   * @param after the last session of the page before; null for the first page
   * @param pageSize 1 to 1,000
   */
  public record Request(
      Set<UploadState> states,
      @Nullable String destination,
      @Nullable String keyPrefix,
      @Nullable Instant createdAfter,
      @Nullable Instant createdBefore,
      @Nullable UploadId after,
      int pageSize) {}

  /** A page, and the session that the next page begins after; null on the last one. */
  public record Page(List<Upload> uploads, @Nullable UploadId next) {}

  private final UploadStore store;

  public ListUploads(UploadStore store) {
    this.store = store;
  }

  public Page execute(Caller caller, Request request) {
    List<Upload> found =
        store.list(
            new UploadStore.Query(
                caller.tenant(),
                request.states(),
                request.destination(),
                request.keyPrefix(),
                request.createdAfter(),
                request.createdBefore(),
                request.after(),
                request.pageSize() + 1));
    if (found.size() <= request.pageSize()) {
      return new Page(found, null);
    }
    List<Upload> page = found.subList(0, request.pageSize());
    return new Page(page, page.get(page.size() - 1).id());
  }
}
