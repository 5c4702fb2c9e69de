package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.InMemoryUploadStore;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore;
import io.waybill.server.upload.UploadStore.LedgerChange;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random writes by two processes to one database, compared with a store of two maps. */
final class ModelComparison {
  private ModelComparison() {}

  /**
   * Runs one, step by step.
   *
   * @param anyone whether either store reports and extends, and not only the first
   */
  static void run(UploadStore store, UploadStore other, boolean anyone, int seed) throws Exception {
    Random random = new Random(seed);
    InMemoryUploadStore model = new InMemoryUploadStore(Clock.fixed(T0, ZoneOffset.UTC));
    List<Upload> ours = new ArrayList<>();
    List<Upload> theirs = new ArrayList<>();
    for (int step = 0; step < 120; step++) {
      if (ours.isEmpty() || random.nextInt(40) == 0) {
        String request = "r" + step;
        var spec = TestUploads.spec(TestUploads.id(step), "acme", request, "k", "d", T0);
        ours.add(store.create(spec, active(), END, Quota.UNLIMITED).upload());
        theirs.add(model.create(spec, active(), END, Quota.UNLIMITED).upload());
      }
      int i = random.nextInt(ours.size());
      int what = random.nextInt(12);
      UploadStore by = (anyone || what <= 2) && random.nextBoolean() ? other : store;
      long revision = store.find("acme", ours.get(i).id()).map(Upload::revision).orElse(0L);
      switch (what) {
        case 0 -> {
          List<Integer> some = List.of(1 + random.nextInt(30), 40, 1 + random.nextInt(30));
          by.drop(ours.get(i), some);
          model.drop(theirs.get(i), some);
        }
        case 1 -> move(by, model, ours.get(i), theirs.get(i), random);
        case 2 -> {
          if (random.nextInt(4) > 0) {
            continue;
          }
          assertThat(by.forget(now(store, ours.get(i))))
              .isEqualTo(model.forget(now(model, theirs.get(i))));
          ours.remove(i);
          theirs.remove(i);
          continue;
        }
        case 3 -> {
          Instant end = END.plusSeconds(random.nextInt(100));
          assertThat(await(by.extend(ours.get(i), T0, end, end)))
              .isEqualTo(await(model.extend(theirs.get(i), T0, end, end)));
        }
        default -> {
          for (int n = random.nextInt(6); n >= 0; n--) {
            Part part = part(1 + random.nextInt(30), 1 + random.nextInt(9));
            assertThat(await(by.record(ours.get(i), part, END)))
                .isEqualTo(await(model.record(theirs.get(i), part, END)));
          }
        }
      }
      assertSame(by, model, ours.get(i), theirs.get(i));
      assertThat(reread(store, ours.get(i)).revision()).isGreaterThanOrEqualTo(revision);
      int any = random.nextInt(ours.size());
      assertSame(store, model, ours.get(any), theirs.get(any));
    }
  }

  /** ACTIVE to COMPLETING with another ledger, or back with a part less. */
  private static void move(
      UploadStore store, UploadStore model, Upload ours, Upload theirs, Random random) {
    Upload seen = now(store, ours);
    Part put = part(1 + random.nextInt(30), 3);
    LedgerChange change = new LedgerChange(List.of(put), List.of(put.number() == 7 ? 8 : 7, 31));
    var next =
        seen.state() == UploadState.ACTIVE
            ? seen.progress().completing(T0.plusSeconds(60))
            : seen.progress().reopened(TestUploads.refusal());
    assertThat(store.replace(seen, next, change))
        .isEqualTo(model.replace(now(model, theirs), next, change));
  }

  private static Upload now(UploadStore store, Upload upload) {
    return reread(store, upload);
  }

  private static void assertSame(UploadStore store, UploadStore model, Upload ours, Upload theirs) {
    Upload is = reread(store, ours);
    Upload shouldBe = reread(model, theirs);
    assertThat(is.progress()).isEqualTo(shouldBe.progress());
    assertThat(is.expireTime()).isEqualTo(shouldBe.expireTime());
    assertThat(is.uploadedParts()).isEqualTo(shouldBe.uploadedParts());
    assertThat(is.uploadedBytes()).isEqualTo(shouldBe.uploadedBytes());
    assertThat(store.parts(ours, 3, 9)).isEqualTo(model.parts(theirs, 3, 9));
    assertThat(store.partNumbers(ours)).isEqualTo(model.partNumbers(theirs));
  }
}
