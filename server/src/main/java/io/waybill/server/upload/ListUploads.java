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

  /**
   * A page, and the session that the next page begins after; null on the last one. Where the
   * filters pass over many, a page may be short, or empty, and yet not the last.
   */
  public record Page(List<Upload> uploads, @Nullable UploadId next) {}

  /**
   * How many sessions a page looks at where a filter may pass over them: a few milliseconds' work,
   * so that a filter that matches nothing among a million holds no reader for seconds.
   */
  static final int MOST_LOOKED_AT = 10_000;

  private final UploadStore store;
  private final int mostLookedAt;

  public ListUploads(UploadStore store) {
    this(store, MOST_LOOKED_AT);
  }

  ListUploads(UploadStore store, int mostLookedAt) {
    this.store = store;
    this.mostLookedAt = mostLookedAt;
  }

  public Page execute(Caller caller, Request request) {
    @Nullable UploadId before = oldest(request.after(), firstOf(request.createdBefore()));
    @Nullable UploadId bottom = firstOf(request.createdAfter());
    @Nullable UploadId stop =
        passesOver(request) ? store.last(caller.tenant(), before, mostLookedAt).orElse(null) : null;
    boolean stopsShort = stop != null && (bottom == null || stop.compareTo(bottom) > 0);
    List<Upload> found =
        store.list(
            new UploadStore.Query(
                caller.tenant(),
                request.states(),
                request.destination(),
                request.keyPrefix(),
                before,
                stopsShort ? stop : bottom,
                request.pageSize() + 1));
    if (found.size() <= request.pageSize()) {
      return new Page(found, stopsShort ? stop : null);
    }
    List<Upload> page = found.subList(0, request.pageSize());
    return new Page(page, page.get(page.size() - 1).id());
  }

  private static boolean passesOver(Request request) {
    return !request.states().isEmpty()
        || request.destination() != null
        || request.keyPrefix() != null;
  }

  private static @Nullable UploadId firstOf(@Nullable Instant createTime) {
    return createTime == null ? null : UploadId.firstOf(createTime);
  }

  private static @Nullable UploadId oldest(@Nullable UploadId a, @Nullable UploadId b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.compareTo(b) < 0 ? a : b;
  }
}
