package io.waybill.server.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What anybody may put into the queue names objects, or is refused in one line. */
class EventDocumentFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "",
            "{}",
            Documents.s3("ObjectCreated:Put", "bucket", "a+b c/é"),
            Documents.s3Encoded("ObjectCreated:Put", "bucket", "%"),
            Documents.s3("ObjectRemoved:Delete", "bucket", "key"),
            Documents.sns(Documents.s3("ObjectCreated:Put", "bucket", "key")),
            Documents.eventBridge("Object Created", "bucket", "key"),
            Documents.test(),
            "[".repeat(500))
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void isObjectsOrOneLine(byte[] document) {
    try {
      for (CreatedObject created : EventDocument.parse(new String(document, UTF_8))) {
        assertThat(created.key()).isNotEmpty();
        assertThat(created.toString()).doesNotContain("\n", "\r");
      }
    } catch (UnreadableEventException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
    }
  }
}
