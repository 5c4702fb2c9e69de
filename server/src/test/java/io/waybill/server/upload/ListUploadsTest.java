package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Pages, however many sessions the filters pass over. */
class ListUploadsTest {
  private static final Set<UploadState> ANY = Set.of();

  private final Domain domain = new Domain();
  private final List<Instant> made = new ArrayList<>();
  private final List<UploadId> newestFirst = new ArrayList<>();

  private void make(int sessions) {
    for (int i = 0; i < sessions; i++) {
      domain.clock.advance(Duration.ofSeconds(1));
      made.add(domain.clock.instant());
      newestFirst.add(0, domain.start(10, UploadMode.SINGLE).id());
    }
  }

  private List<ListUploads.Page> pages(ListUploads listing, Set<UploadState> states, int size) {
    List<ListUploads.Page> pages = new ArrayList<>();
    @Nullable UploadId after = null;
    do {
      pages.add(
          listing.execute(
              Domain.ACME, new ListUploads.Request(states, null, null, null, null, after, size)));
      after = pages.get(pages.size() - 1).next();
    } while (after != null);
    return pages;
  }

  private static List<UploadId> ids(List<ListUploads.Page> pages) {
    return pages.stream().flatMap(page -> page.uploads().stream()).map(Upload::id).toList();
  }

  @Test
  void aFilterThatMatchesNothingStopsAtSoManyAndSaysWhereToGoOn() {
    make(12);
    ListUploads listing = new ListUploads(domain.store, 5);

    List<ListUploads.Page> pages = pages(listing, Set.of(UploadState.FAILED), 10);

    assertThat(ids(pages)).isEmpty();
    assertThat(pages)
        .extracting(ListUploads.Page::next)
        .containsExactly(newestFirst.get(4), newestFirst.get(9), null);
  }

  @Test
  void whatMatchesIsFoundOnceWhateverThePagesAndTheStops() {
    make(23);
    for (int stop = 1; stop <= 24; stop++) {
      for (int size : new int[] {1, 2, 5, 22, 23, 100}) {
        ListUploads listing = new ListUploads(domain.store, stop);
        assertThat(ids(pages(listing, Set.of(UploadState.ACTIVE), size)))
            .as("%d looked at, pages of %d", stop, size)
            .isEqualTo(newestFirst);
      }
    }
  }

  @Test
  void withoutAFilterNothingIsPassedOverAndPagesAreFull() {
    make(7);

    List<ListUploads.Page> pages = pages(new ListUploads(domain.store, 2), ANY, 3);

    assertThat(pages).extracting(page -> page.uploads().size()).containsExactly(3, 3, 1);
  }

  @Test
  void timesBoundWhatIsLookedAt() {
    make(10);
    ListUploads listing = new ListUploads(domain.store, 4);

    ListUploads.Page page =
        listing.execute(
            Domain.ACME,
            new ListUploads.Request(
                Set.of(UploadState.ACTIVE), null, null, made.get(2), made.get(5), null, 10));

    assertThat(page.uploads()).extracting(Upload::id).isEqualTo(newestFirst.subList(5, 8));
    assertThat(page.next()).isNull();
  }
}
