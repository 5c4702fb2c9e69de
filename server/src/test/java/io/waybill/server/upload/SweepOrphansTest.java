package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static io.waybill.server.upload.Domain.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

public class SweepOrphansTest {
  private final Domain domain = new Domain();

  @Test
  void namesExactlyTheOrphansAndAbortsThem() {
    Upload live = domain.start(20 * MIB, UploadMode.MULTIPART);
    String lost = "acme/" + UploadId.of(domain.clock.instant(), new Random(7)) + "/lost.bin";
    domain.objects.strangersUpload(live.spec(), lost);
    for (String foreign :
        List.of(
            "acme/not-an-id/x",
            "somebody/else.bin",
            UploadId.of(domain.clock.instant(), new Random(8)).toString(),
            "UPPER/" + UploadId.of(domain.clock.instant(), new Random(9)) + "/x",
            "acme/123e4567-e89b-42d3-a456-426614174000/version-4-uuid")) {
      domain.objects.strangersUpload(live.spec(), foreign);
    }
    List<String> before = domain.objects.multipartKeys();
    assertThat(domain.orphans.plan()).as("all of them are young").isEmpty();

    domain.clock.advance(Domain.TIMING.orphanAge());

    assertThat(domain.orphans.plan())
        .singleElement()
        .returns(lost, Swept::key)
        .returns(Swept.Outcome.WOULD, Swept::outcome)
        .returns(Swept.Action.ABORT_ORPHAN, Swept::action);
    assertThat(domain.objects.multipartKeys()).as("a dry run").isEqualTo(before);
    assertThat(domain.orphans.execute())
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.DONE);
    assertThat(domain.objects.multipartKeys())
        .hasSize(before.size() - 1)
        .contains(live.spec().key())
        .doesNotContain(lost);
    assertThat(domain.orphans.execute()).isEmpty();
  }

  @Test
  void aCreateThatLandedLateIsNotTheSessionsOwn() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.strangersUpload(upload.spec(), upload.spec().key());
    domain.clock.advance(Domain.TIMING.completeGrace());

    assertThat(domain.orphans.execute()).hasSize(1);

    assertThat(domain.objects.multipartUploads()).isEqualTo(1);
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void anOrphanIsAbortedAtWhicheverOfItsKeysItIs() {
    Upload live = domain.start(20 * MIB, UploadMode.MULTIPART);
    String id = UploadId.of(domain.clock.instant(), new Random(7)).toString();
    domain.objects.strangersUpload(live.spec(), "acme/" + id + "/1+1 is 100%.bin");
    domain.objects.spell(key -> List.of(key.replace('+', ' '), key, key.replace(" ", "%20")));
    domain.clock.advance(Domain.TIMING.orphanAge());

    assertThat(domain.orphans.execute())
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.DONE);
    assertThat(domain.objects.multipartKeys()).containsExactly(live.spec().key());
  }

  @Test
  void noOrphanIsDoneThatIsStillListed() {
    Upload live = domain.start(20 * MIB, UploadMode.MULTIPART);
    String id = UploadId.of(domain.clock.instant(), new Random(7)).toString();
    domain.objects.strangersUpload(live.spec(), "acme/" + id + "/lost.bin");
    domain.clock.advance(Domain.TIMING.orphanAge());
    domain.objects.fail(Operation.ABORT, StorageException.Kind.GONE);

    assertThat(domain.orphans.execute())
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.LATER);

    domain.objects.before(operation -> {});
    assertThat(domain.orphans.execute())
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.DONE);
  }

  @Test
  void whatOthersUploadBesideAFinishedObjectIsTheirs() {
    Upload upload = domain.complete(domain.startAndPutParts(2));
    domain.objects.strangersUpload(upload.spec(), "acme/" + upload.id() + "/derived/thumbnail.png");
    domain.clock.advance(Duration.ofDays(30));

    assertThat(domain.orphans.execute()).isEmpty();
    assertThat(domain.objects.multipartUploads()).isEqualTo(1);
  }

  @Test
  void theUploadOfACompletedSessionIsNeverAborted() {
    Upload upload = domain.complete(domain.startAndPutParts(2));
    String again = domain.objects.strangersUpload(upload.spec(), upload.spec().key());
    Progress progress = upload.progress();
    assertThat(again).isNotEqualTo(progress.storageUploadId());
    domain.clock.advance(Duration.ofDays(30));

    domain.orphans.execute();

    assertThat(domain.objects.head(upload.spec())).isPresent();
    assertThat(domain.objects.multipartUploads()).isZero();
  }

  @Test
  void withExactKeysNothingIsEverAborted() {
    Upload exact =
        domain
            .start
            .execute(ACME, Domain.request("r", "exact", 20 * MIB, UploadMode.MULTIPART))
            .upload();
    assertThat(exact.spec().hasOwnKey()).isFalse();
    domain.clock.advance(Duration.ofDays(30));

    assertThat(domain.orphans.execute()).isEmpty();
    assertThat(domain.objects.multipartUploads()).isEqualTo(1);
  }

  @Test
  void aStorageThatDoesNotListIsForTheNextPass() {
    domain.objects.fail(Operation.LIST_UPLOADS, StorageException.Kind.UNAVAILABLE);

    assertThat(domain.orphans.execute()).isEmpty();
  }
}
