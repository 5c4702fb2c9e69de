package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.Upload;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReportTest {

  private static final int SIZE = 350_000;

  @TempDir Path folder;
  private Bench bench;

  /** Reports that arrived and were not answered. */
  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void open() {
    bench = new Bench(folder);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void sendsTheNextPartBeforeTheLedgerAnswers() throws Exception {
    bench.waybill.whenToRecord = held::add;
    for (int part = 2; part <= 4; part++) {
      boolean last = part == 4;
      bench.s3.script(
          part,
          exchange -> {
            awaitReport().run();
            if (last) {
              bench.waybill.whenToRecord = Runnable::run;
            }
            bench.s3.store(exchange);
          });
    }

    // Nothing of a stream is prepared ahead, and there is one connection.
    Upload upload = uploadStream();

    assertThat(bench.s3.content(upload.getUploadId(), 4)).isEqualTo(Bench.bytes(SIZE));
    assertThat(bench.waybill.reported(upload.getUploadId())).containsExactly(1, 2, 3, 4);
  }

  private Runnable awaitReport() {
    return await().atMost(30, TimeUnit.SECONDS).until(held::poll, Objects::nonNull);
  }

  @Test
  void completesWhenAllPartsAreRecorded() throws Exception {
    bench.waybill.whenToRecord =
        report -> {
          held.add(report);
          if (held.size() == 4) {
            for (Runnable each = held.poll(); each != null; each = held.poll()) {
              each.run();
            }
          }
        };

    var unused = bench.uploaderBuilder().parallel(4).build().upload(bench.file(SIZE));

    assertThat(bench.waybill.calls)
        .filteredOn(call -> !call.equals("ListParts"))
        .endsWith("Complete")
        .containsOnlyOnce("Complete");
  }

  @Test
  void reportsAgainWhenTheServerAsksForIt() throws Exception {
    bench.waybill.failNext(
        "ReportPart",
        FakeWaybill.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", Duration.ofSeconds(7)));

    Upload upload = bench.uploader().upload(bench.file(SIZE));

    assertThat(bench.waits).containsExactly(Duration.ofMillis(7_100));
    assertThat(bench.waybill.reported(upload.getUploadId())).containsExactly(1, 2, 3, 4);
    assertThat(bench.s3.sent()).hasSize(4);
  }

  @Test
  void failsWithARefusedReportWhicheverPartItIs() {
    for (int part = 1; part <= 4; part++) {
      int refused = part;
      bench.waybill.whenToRecord =
          report -> {
            if (bench.waybill.count("ReportPart") % 4 == refused - 1) {
              bench.waybill.failNext(
                  "ReportPart", FakeWaybill.error(Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST"));
            }
            report.run();
          };
      bench.waybill.calls.clear();

      UploadFailedException e =
          catchThrowableOfType(UploadFailedException.class, this::uploadStream);

      assertThat(e.kind()).isEqualTo(Kind.SERVER);
      assertThat(e).hasMessageContaining("INVALID_REQUEST");
      assertThat(bench.waybill.count("Complete")).isZero();
    }
  }

  @Test
  void tellsOfEveryPartBeforeTheEnd() throws Exception {
    ConcurrentLinkedQueue<UploadProgress> told = new ConcurrentLinkedQueue<>();
    UploadHandle handle =
        bench.uploader().start(bench.file(SIZE), UploadOptions.defaults(), told::add);

    var unused = handle.await();

    assertThat(told)
        .filteredOn(progress -> progress.phase() == UploadProgress.Phase.COMPLETING)
        .isNotEmpty()
        .allSatisfy(progress -> assertThat(progress.partsDone()).isEqualTo(4));
  }

  private Upload uploadStream() throws InterruptedException {
    return bench
        .uploaderBuilder()
        .parallel(1)
        .build()
        .upload(new ByteArrayInputStream(Bench.bytes(SIZE)), SIZE, UploadOptions.defaults());
  }
}
