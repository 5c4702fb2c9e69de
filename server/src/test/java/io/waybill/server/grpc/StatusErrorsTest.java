package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.ops.HeardLog;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.UploadException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the log says of calls that failed; what the caller is told is {@link StatusDetailsTest}. */
class StatusErrorsTest {
  @RegisterExtension final HeardLog heard = HeardLog.of(StatusErrors.class);
  private final StatusErrors errors = new StatusErrors(new Random(1));

  @Test
  void aDatabaseThatIsAwayFillsNoDisk() {
    for (int i = 0; i < 1_000; i++) {
      errors.of(away("the database"));
    }

    assertThat(heard.events()).hasSize(10).noneMatch(HeardLog.Event::hasStack);
    assertThat(heard.lines())
        .containsOnly(
            "WARNING STORE_UNAVAILABLE: java.lang.IllegalStateException: the database;"
                + " caused by java.lang.IllegalArgumentException: refused");
  }

  @Test
  void whatOneBucketRefusesHidesNotWhatAnotherDoes() {
    for (int i = 0; i < 100; i++) {
      errors.of(refused("busy", "request " + i));
    }
    errors.of(refused("quiet", "AccessDenied"));

    assertThat(heard.events()).hasSize(11);
    assertThat(heard.lines().get(10))
        .startsWith("WARNING STORAGE_REFUSED: ")
        .contains("HeadObject at quiet: AccessDenied");
  }

  @Test
  void everyDefectHasItsStack() {
    for (int i = 0; i < 20; i++) {
      errors.of(new IllegalStateException("a defect"));
    }

    assertThat(heard.events()).hasSize(20).allMatch(HeardLog.Event::hasStack);
    assertThat(heard.lines()).doesNotHaveDuplicates();
  }

  @Test
  void aRefusalWithoutACauseIsTheCallersOwn() {
    errors.of(new UploadException(Reason.OVERLOADED, "too many of you", Map.of()));

    assertThat(heard.lines()).isEmpty();
  }

  private static StorageException refused(String destination, String words) {
    return new StorageException(
        StorageException.Kind.REFUSED, "HeadObject at " + destination, words, null);
  }

  private static UploadException away(String what) {
    return new UploadException(Reason.STORE_UNAVAILABLE, "not now", Map.of())
        .causedBy(new IllegalStateException(what, new IllegalArgumentException("refused")));
  }
}
