package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LeasesTest {
  private static final Duration LEASE = Domain.TIMING.completeLease();

  private final Domain domain = new Domain();

  private Instant leaseOf(Upload upload) {
    return Objects.requireNonNull(domain.now(upload).progress().leaseUntil());
  }

  private void whileS3Completes(Runnable work) {
    domain.objects.before(
        operation -> {
          if (operation == Operation.COMPLETE) {
            work.run();
          }
        });
  }

  @Test
  void aLeaseIsRenewedWhileS3Works() {
    Upload upload = domain.startAndPutParts(2);
    whileS3Completes(
        () -> {
          for (int i = 0; i < 20; i++) {
            domain.clock.advance(LEASE.dividedBy(3));
            domain.leases.renew();
            assertThat(leaseOf(upload)).isEqualTo(domain.clock.instant().plus(LEASE));
          }
        });

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void whatIsOverIsNotRenewed() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.UNAVAILABLE);
    assertThatThrownBy(() -> domain.complete(upload)).isInstanceOf(UploadException.class);
    Upload left = domain.now(upload);
    assertThat(left.state()).isEqualTo(UploadState.COMPLETING);

    domain.leases.renew();

    assertThat(domain.now(upload)).isEqualTo(left);
  }

  @Test
  void whoLostTheFenceRenewsNothing() {
    Upload upload = domain.startAndPutParts(2);
    whileS3Completes(
        () -> {
          Upload now = domain.now(upload);
          Instant end = domain.clock.instant().plusMillis(1);
          assertThat(domain.store.replace(now, now.progress().takenOver(end))).isTrue();

          domain.leases.renew();

          assertThat(leaseOf(upload)).isEqualTo(end);
        });

    assertThatThrownBy(() -> domain.complete(upload)).isInstanceOf(UploadException.class);
  }
}
