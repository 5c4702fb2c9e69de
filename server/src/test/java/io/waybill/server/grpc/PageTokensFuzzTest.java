package io.waybill.server.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Message;
import io.waybill.server.upload.Caller;
import io.waybill.v1.ListUploadsRequest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** No text that was not made here is a page token. */
class PageTokensFuzzTest {
  private static final int POSITION_BYTES = 16;
  private static final PageTokens TOKENS = new PageTokens(new byte[32]);
  private static final PageTokens OTHERS =
      new PageTokens("another key, and long enough for one".getBytes(UTF_8));
  private static final Caller CALLER = new Caller("acme", "somebody");
  private static final Message FILTERS = ListUploadsRequest.getDefaultInstance();

  static Stream<byte[]> seeds() {
    String other = OTHERS.encode(CALLER, FILTERS, new byte[POSITION_BYTES]);
    return Stream.of("", "AAAA", "?", "=".repeat(40), other, other + "=", "A".repeat(200))
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void noneButOurOwn(byte[] data) {
    assertThat(TOKENS.decode(CALLER, FILTERS, new String(data, UTF_8), POSITION_BYTES)).isEmpty();
  }
}
