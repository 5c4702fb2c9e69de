package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForgetUploadsTest {
  private static final Duration RETENTION = Duration.ofDays(30);

  private final Domain domain = new Domain();
  private final ForgetUploads retention = new ForgetUploads(domain.store, domain.clock, RETENTION);

  private Upload completed() {
    return domain.complete(domain.startAndPutParts(2));
  }

  @Test
  void forgetsASessionSoLongAfterItsEndAndLeavesTheObject() {
    Upload upload = completed();
    domain.clock.advance(RETENTION);
    assertThat(retention.execute()).isEmpty();

    domain.clock.advance(Duration.ofMillis(1));
    assertThat(retention.plan())
        .containsExactly(Swept.of(Swept.Action.FORGET, upload, Swept.Outcome.WOULD));
    assertThat(retention.execute())
        .containsExactly(Swept.of(Swept.Action.FORGET, upload, Swept.Outcome.DONE));

    assertThatThrownBy(
            () -> new GetUpload(domain.sessions, domain.store).execute(ACME, upload.id()))
        .isInstanceOfSatisfying(
            UploadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UPLOAD_NOT_FOUND));
    assertThat(domain.objects.head(upload.spec())).isPresent();
    assertThat(domain.store.usage(upload.spec().destination(), "acme")).isEqualTo(Usage.NONE);
    assertThat(retention.execute()).isEmpty();
  }

  @Test
  void keepsWhatIsNotOverHoweverOld() {
    Upload open = domain.startAndPutParts(1);
    domain.clock.advance(RETENTION.multipliedBy(2));
    assertThat(retention.execute()).isEmpty();

    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(open).state()).isEqualTo(UploadState.EXPIRED);
    domain.clock.advance(RETENTION);
    assertThat(retention.execute()).isEmpty();

    domain.clock.advance(Duration.ofMillis(1));
    assertThat(retention.execute()).hasSize(1);
  }

  @Test
  void keepsWhatHasToBeCleaned() {
    Upload aborted = domain.startAndPutParts(1);
    domain.abort.execute(ACME, aborted.id());
    assertThat(domain.now(aborted).progress().cleanAt()).isNotNull();

    domain.clock.advance(RETENTION.multipliedBy(2));

    assertThat(retention.execute()).isEmpty();
  }

  @Test
  void forgetsManyInSmallTransactions() {
    int many = 2 * ForgetUploads.READ + 1;
    for (int i = 0; i < many; i++) {
      Upload upload = domain.startTo("own", 10, UploadMode.SINGLE);
      domain.store.replace(upload, upload.progress().aborted(domain.clock.instant()));
      Upload aborted = domain.now(upload);
      domain.store.replace(aborted, aborted.progress().cleaned(null));
    }
    domain.clock.advance(Duration.ofMillis(1));
    Upload young = completed();
    domain.clock.advance(RETENTION);

    assertThat(retention.execute()).hasSize(many);
    assertThat(domain.now(young).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void forEverIsForEver() {
    completed();
    domain.clock.advance(Duration.ofDays(100_000));

    assertThat(new ForgetUploads(domain.store, domain.clock, null).execute()).isEqualTo(List.of());
  }
}
