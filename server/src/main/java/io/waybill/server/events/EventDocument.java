package io.waybill.server.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what S3 says of created objects: as S3 itself writes it (and the stores that resemble it),
 * wrapped by SNS, and as EventBridge does. Strict about what names an object; what else stands
 * there, or is yet to be invented, does not matter.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html">S3's
 *     form</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html">EventBridge's
 *     form</a>
 */
final class EventDocument {
  /** The most that a queue holds in one message, in characters. */
  static final int MAX_LENGTH = 1 << 20;

  /** S3 sends one record in a document. */
  static final int MAX_RECORDS = 100;

  private static final int MAX_DEPTH = 32;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxDocumentLength(MAX_LENGTH)
                          .maxStringLength(MAX_LENGTH)
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNameLength(1_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private EventDocument() {}

  /**
   * The objects that a document says were created; none where it says something else, as the test
   * that S3 sends when notifications are set up, or that an object was deleted.
   */
  static List<CreatedObject> parse(String text) throws UnreadableEventException {
    JsonNode root = tree(text);
    boolean fromSns = root.path("Type").asText().equals("Notification");
    return created(fromSns ? tree(textAt(root, "Message")) : root);
  }

  private static List<CreatedObject> created(JsonNode root) throws UnreadableEventException {
    if (root.path("Records").isArray()) {
      return inRecords(root.path("Records"));
    }
    if (root.has("detail-type")) {
      return textAt(root, "detail-type").equals("Object Created")
          ? List.of(object(root.path("detail"), false))
          : List.of();
    }
    if (root.path("Event").asText().equals("s3:TestEvent")) {
      return List.of();
    }
    throw new UnreadableEventException("neither Records, nor a detail-type, nor s3:TestEvent");
  }

  private static List<CreatedObject> inRecords(JsonNode records) throws UnreadableEventException {
    if (records.size() > MAX_RECORDS) {
      throw new UnreadableEventException("more than " + MAX_RECORDS + " Records");
    }
    List<CreatedObject> created = new ArrayList<>();
    for (JsonNode each : records) {
      // Amazon leaves out the "s3:" that stands in the bucket's configuration; MinIO does not.
      if (textAt(each, "eventName").matches("(s3:)?ObjectCreated:.*")) {
        created.add(object(each.path("s3"), true));
      }
    }
    return created;
  }

  private static CreatedObject object(JsonNode at, boolean urlEncoded)
      throws UnreadableEventException {
    String bucket = textAt(at.path("bucket"), "name");
    String key = textAt(at.path("object"), "key");
    try {
      return new CreatedObject(
          bucket, urlEncoded ? URLDecoder.decode(key, StandardCharsets.UTF_8) : key);
    } catch (IllegalArgumentException e) {
      throw new UnreadableEventException("not the bucket and key of an object");
    }
  }

  private static String textAt(JsonNode node, String field) throws UnreadableEventException {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new UnreadableEventException("no text " + field);
    }
    return value.textValue();
  }

  private static JsonNode tree(String text) throws UnreadableEventException {
    if (text.length() > MAX_LENGTH) {
      throw new UnreadableEventException("longer than " + MAX_LENGTH + " characters");
    }
    try {
      JsonNode root = JSON.readTree(text);
      if (root.isObject()) {
        return root;
      }
    } catch (JsonProcessingException e) {
      // Its message quotes the text.
    }
    throw new UnreadableEventException("not a JSON object");
  }
}
