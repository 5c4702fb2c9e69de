package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** A row of the journal that is damaged is found out, and never walked in circles or beyond. */
class ReportBatchFuzzTest {
  static Stream<byte[]> seeds() {
    byte[] one = new byte[1 + 28];
    one[0] = 1;
    one[10] = 1;
    byte[] full = new byte[1 + 28 + 255];
    full[0] = 1;
    full[27] = (byte) 255;
    return Stream.of(new byte[0], new byte[] {1}, new byte[] {2}, new byte[] {1, 0}, one, full);
  }

  @MethodSource("seeds")
  @FuzzTest
  void endsWhereItsBytesEnd(byte[] row) {
    try {
      ReportBatch batch = ReportBatch.of(row);
      for (int at = batch.first(); at < batch.end(); ) {
        long unused = batch.uploadNo(at);
        assertThat(batch.part(at)).isNotNull();
        int next = batch.after(at);
        assertThat(next).isGreaterThan(at).isLessThanOrEqualTo(batch.end());
        at = next;
      }
    } catch (IllegalStateException | IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (IndexOutOfBoundsException | java.nio.BufferUnderflowException e) {
      assertThat(row).isNotEmpty(); // cut short
    }
  }
}
