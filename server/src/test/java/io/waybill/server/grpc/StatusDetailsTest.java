package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.waybill.server.upload.PartRanges;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.Violation;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Details that say enough and weigh little. */
class StatusDetailsTest {
  private static final int MAX_BYTES = 8 << 10;

  private final StatusErrors errors = new StatusErrors(new Random(1));

  @Test
  void everyReasonAtItsWorstFits() {
    Random random = new Random(7);
    for (String character : List.of("x", "\n", "é", "日", "😀", "%", "\0")) {
      for (Reason reason : Reason.values()) {
        int length = random.nextInt(100_000);
        Map<String, String> metadata = new TreeMap<>();
        for (int i = 0; i < random.nextInt(100); i++) {
          metadata.put("variable_" + i, character.repeat(random.nextInt(5_000)));
        }
        metadata.put(UploadException.QUOTA, character.repeat(random.nextInt(5_000)));
        Failures failure =
            failure(
                new UploadException(reason, character.repeat(length), metadata)
                    .retryAfter(Duration.ofSeconds(1)));
        failure.hasReason(reason);
        assertThat(failure.wireBytes()).isLessThan(MAX_BYTES);
      }
    }
  }

  @Test
  void violationsAreCutAndCounted() {
    Violation worst =
        new Violation(
            "日".repeat(1_000), Reason.INVALID_REQUEST, "\n".repeat(9_000), Map.of("a", "b"));
    for (int count : new int[] {1, 2, 10, 50_000}) {
      Failures failure = failure(UploadException.invalid(Collections.nCopies(count, worst)));
      int named = failure.detail(BadRequest.class).orElseThrow().getFieldViolationsCount();
      assertThat(named).isPositive();
      assertThat(failure.info().containsMetadata("violation_count")).isEqualTo(named < count);
      assertThat(failure.wireBytes()).isLessThan(MAX_BYTES);
    }
  }

  @Test
  void aHundredRangesOfMissingPartsAreWhole() {
    BitSet every = new BitSet();
    for (int n = 9_001; n < 9_600; n += 4) {
      every.set(n, n + 3);
    }
    String ranges = PartRanges.text(PartRanges.of(every, 100));
    Failures failure =
        failure(
            new UploadException(
                Reason.PARTS_MISSING, "parts " + ranges, Map.of("missing_ranges", ranges)));
    assertThat(failure.info().getMetadataOrThrow("missing_ranges")).isEqualTo(ranges);
    assertThat(failure.wireBytes()).isLessThan(MAX_BYTES);
  }

  @Test
  void textIsCutBetweenCharacters() {
    assertThat(Utf8.cut("short", 5)).isEqualTo("short");
    assertThat(Utf8.cut("longer", 5)).isEqualTo("lo…");
    assertThat(Utf8.cut("😀😀", 7)).isEqualTo("😀…");
    assertThat(Utf8.cut("😀😀", 6)).isEqualTo("…");
  }

  @Test
  void causesAreUnwrappedAndStayInside() {
    StorageException storage =
        new StorageException(
            StorageException.Kind.REFUSED, "secret", new IllegalStateException("https://secret"));
    Failures failure =
        Failures.of(errors.of(new CompletionException(new CompletionException(storage))));
    failure.hasReason(Reason.STORAGE_REFUSED);
    assertThat(failure.status().toString()).doesNotContain("secret");
    assertThat(failure.detail(RetryInfo.class)).isEmpty();
  }

  private Failures failure(UploadException e) {
    return Failures.of(errors.of(e));
  }
}
