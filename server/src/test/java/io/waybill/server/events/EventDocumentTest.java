package io.waybill.server.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventDocumentTest {
  private static final String BUCKET = "acme-reports";
  private static final String KEY = "in/acme/0198/Größe +1 (a&b)=100%.pdf";
  private static final CreatedObject CREATED = new CreatedObject(BUCKET, KEY);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ObjectCreated:Put",
        "ObjectCreated:Post",
        "ObjectCreated:Copy",
        "ObjectCreated:CompleteMultipartUpload",
        "s3:ObjectCreated:Put"
      })
  void readsWhatS3Sends(String eventName) throws UnreadableEventException {
    assertThat(EventDocument.parse(Documents.s3(eventName, BUCKET, KEY))).containsExactly(CREATED);
  }

  @Test
  void aPlusIsASpaceInWhatS3Sends() throws UnreadableEventException {
    assertThat(
            EventDocument.parse(
                Documents.s3Encoded("ObjectCreated:Put", BUCKET, "a+b%2Bc/%C3%A9%e2%82%ac")))
        .containsExactly(new CreatedObject(BUCKET, "a b+c/é€"));
  }

  @Test
  void readsTheSameWrappedBySns() throws UnreadableEventException {
    assertThat(EventDocument.parse(Documents.sns(Documents.s3("ObjectCreated:Put", BUCKET, KEY))))
        .containsExactly(CREATED);
    assertThat(
            EventDocument.parse(
                Documents.sns(Documents.eventBridge("Object Created", BUCKET, KEY))))
        .containsExactly(CREATED);
  }

  @Test
  void readsWhatEventBridgeSendsWhoseKeysAreNotEncoded() throws UnreadableEventException {
    assertThat(EventDocument.parse(Documents.eventBridge("Object Created", BUCKET, "a+b%20c")))
        .containsExactly(new CreatedObject(BUCKET, "a+b%20c"));
  }

  @Test
  void readsEveryRecord() throws UnreadableEventException {
    String one = Documents.s3("ObjectCreated:Put", BUCKET, KEY).strip();
    String record = one.substring("{\"Records\":[".length(), one.length() - 2);
    String removed = record.replace("ObjectCreated:Put", "ObjectRemoved:Delete");

    assertThat(
            EventDocument.parse(
                "{\"Records\":[" + String.join(",", record, removed, record) + "]}"))
        .containsExactly(CREATED, CREATED);
    assertThat(EventDocument.parse("{\"Records\":[]}")).isEmpty();
  }

  @Test
  void whatCreatesNothingIsNothing() throws UnreadableEventException {
    for (String document :
        List.of(
            Documents.test(),
            Documents.sns(Documents.test()),
            Documents.s3("ObjectRemoved:Delete", BUCKET, KEY),
            Documents.s3("ReducedRedundancyLostObject", BUCKET, KEY),
            Documents.eventBridge("Object Deleted", BUCKET, KEY))) {
      assertThat(EventDocument.parse(document)).as(document).isEmpty();
    }
  }

  @Test
  void unknownFieldsDoNotMatter() throws UnreadableEventException {
    assertThat(
            EventDocument.parse(
                "{\"new\":{\"a\":[1,null]},\"Records\":[{\"eventName\":\"ObjectCreated:Put\","
                    + "\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"k\"}}}]}"))
        .containsExactly(new CreatedObject("b", "k"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "hello",
        "{}",
        "{\"Records\":{}}",
        "{\"Records\":[1]}",
        "{\"Records\":[{}]}",
        "{\"Records\":[{\"eventName\":7}]}",
        "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\"}]}",
        "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":\"b\"}}]}",
        "{\"Type\":\"Notification\"}",
        "{\"Type\":\"Notification\",\"Message\":{}}",
        "{\"Type\":\"Notification\",\"Message\":\"hello\"}",
        "{\"Type\":\"Notification\",\"Message\":\"{\\\"Type\\\":\\\"Notification\\\"}\"}",
        "{\"Type\":\"SubscriptionConfirmation\",\"SubscribeURL\":\"https://x\"}",
        "{\"detail-type\":\"Object Created\",\"detail\":{}}",
        "{\"detail-type\":null}",
        "{\"Records\":[]} {\"Records\":[]}",
        "{\"Records\":[],\"Records\":[]}"
      })
  void whatNamesNoObjectIsRefusedInALineThatQuotesNothing(String document) {
    assertThatThrownBy(() -> EventDocument.parse(document))
        .isInstanceOf(UnreadableEventException.class)
        .message()
        .isNotBlank()
        .doesNotContain("\n", "hello", "https");
  }

  @Test
  void keysThatS3CouldNotHaveAreRefused() {
    for (String key : List.of("", "%", "%zz", "a%2", "x".repeat(1_025), "%C3%A9".repeat(513))) {
      assertThatThrownBy(
              () -> EventDocument.parse(Documents.s3Encoded("ObjectCreated:Put", BUCKET, key)))
          .as(key)
          .isInstanceOf(UnreadableEventException.class);
    }
    assertThatThrownBy(
            () -> EventDocument.parse(Documents.s3("ObjectCreated:Put", "b".repeat(256), "k")))
        .isInstanceOf(UnreadableEventException.class);
  }

  @Test
  void sizeDepthAndNumberAreBounded() {
    String record = "{\"eventName\":\"x\"}";
    for (String document :
        List.of(
            "{\"a\":" + "[".repeat(40) + "]".repeat(40) + ",\"Records\":[]}",
            "{\"a\":\"" + "x".repeat(EventDocument.MAX_LENGTH) + "\",\"Records\":[]}",
            "{\"Records\":[" + (record + ",").repeat(EventDocument.MAX_RECORDS) + record + "]}")) {
      assertThatThrownBy(() -> EventDocument.parse(document))
          .isInstanceOf(UnreadableEventException.class);
    }
  }

  @Test
  void aKeyInTheLogIsOneLine() {
    assertThat(new CreatedObject("b", "a\nb\u001b[31m\u202e")).hasToString("s3://b/a?b?[31m?");
  }
}
