package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.completing;
import static io.waybill.server.sql.TestUploads.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Upload;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentUploadsTest {
  private static final Duration TWO = Duration.ofSeconds(2);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // as nanoTime may begin
  private final RecentUploads recent = new RecentUploads(nanos::get);
  private final Upload upload = upload(active());

  @Test
  void recallsWhatWasReadNotLongerAgoThanAsked() {
    recent.read(upload, recent.now());
    after(TWO);
    assertThat(recall(TWO)).contains(upload);
    after(Duration.ofNanos(1));
    assertThat(recall(TWO)).isEmpty();
    assertThat(recall(Duration.ofMinutes(1))).contains(upload);
    after(Duration.ofMinutes(5));
    assertThat(recall(Duration.ofDays(1))).isEmpty();
  }

  @Test
  void anotherTenantsIsUnknown() {
    recent.read(upload, recent.now());
    assertThat(recent.recall("stranger", upload.id(), TWO)).isEmpty();
  }

  @Test
  void onlyActiveOnesAreKept() {
    recent.read(upload(completing()), recent.now());
    assertThat(recall(TWO)).isEmpty();
    after(Duration.ofNanos(1));
    recent.moved(upload(completing()), active(), recent.now());
    assertThat(recall(TWO).map(Upload::progress)).contains(active());
    recent.moved(upload, completing(), recent.now());
    assertThat(recall(TWO)).isEmpty();
  }

  @Test
  void aSlowReaderDoesNotPutBackWhatWasMovedMeanwhile() {
    long began = recent.now();
    after(Duration.ofNanos(1));
    recent.moved(upload, completing(), began);
    recent.read(upload, began);
    assertThat(recall(TWO)).isEmpty();
    after(Duration.ofNanos(1));
    recent.read(upload, recent.now()); // another replica reopened it
    assertThat(recall(TWO)).contains(upload);
  }

  @Test
  void aSlowWriterDoesNotPutBackWhatAnotherMovedOnMeanwhile() {
    long began = recent.now();
    after(Duration.ofNanos(1));
    recent.moved(upload, completing(), recent.now());
    recent.moved(upload(Progress.creating(T0)), active(), began); // told late that it is ACTIVE
    assertThat(recall(TWO)).isEmpty();
  }

  @Test
  void itsTimesNeverMoveBack() {
    recent.read(upload, recent.now());
    recent.extended(upload, END.plusSeconds(5), END);
    recent.extended(upload, END.plusSeconds(3), END.minusSeconds(1));
    recent.extended(upload, END, null);
    Upload now = recall(TWO).orElseThrow();
    assertThat(now.expireTime()).isEqualTo(END.plusSeconds(5));
    assertThat(now.urlEnd()).isEqualTo(END);
    recent.forget(upload);
    recent.extended(upload, END.plusSeconds(9), null);
    assertThat(recall(TWO)).isEmpty();
  }

  private Optional<Upload> recall(Duration oldest) {
    return recent.recall("acme", upload.id(), oldest);
  }

  private void after(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Upload upload(Progress progress) {
    Instant made = T0;
    return new Upload(1, SPEC, progress, END, made, 0, 0, made, 1);
  }

  private static final io.waybill.server.upload.UploadSpec SPEC = spec("acme", "r1");
}
