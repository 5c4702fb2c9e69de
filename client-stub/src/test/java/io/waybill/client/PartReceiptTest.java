package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartReceiptTest {

  private static final String CRC = "x-amz-checksum-crc32c";

  private static PartReceipt receipt(String etag, String crc) {
    var headers =
        HttpHeaders.of(Map.of("ETag", List.of(etag), CRC, List.of(crc)), (name, value) -> true);
    return PartReceipt.of(new PutReply(200, headers, ""), List.of("ETag", CRC), 4);
  }

  @Test
  void readsWhatS3Says() {
    PartReceipt receipt = receipt("\"abc\"", "4waSgw==");

    assertThat(receipt.etag()).isEqualTo("\"abc\"");
    assertThat(receipt.checksum()).hasSize(4);
  }

  @Test
  void faults7ReportsAWeakEtagAsS3GaveIt() {
    assertThat(receipt("W/\"abc\"", "").etag()).isEqualTo("\"abc\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4waSgw==-1", "?", "rosUhgp5mIg="})
  void leavesOutAChecksumThatIsNone(String crc) {
    assertThat(receipt("e", crc).checksum()).isEmpty();
  }

  @Test
  void leavesOutAnETagThatTheServerWouldRefuse() {
    assertThat(receipt("e".repeat(128), "").etag()).hasSize(128);
    assertThat(receipt("e".repeat(129), "").etag()).isEmpty();
    assertThat(receipt("\u00e9", "").etag()).isEmpty();
  }
}
