package io.waybill.server.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.server.s3.fake.Answer;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

class SqsConsumerIT {
  private static final int MOST_RECEIVES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Seconds are what the queue counts in. */
  static final Tempo TEMPO =
      new Tempo(
          Duration.ofSeconds(1),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofMillis(50),
          Duration.ofMillis(200),
          Duration.ofSeconds(30));

  private EventRig rig;
  private LocalSqs sqs;
  private URI deadLetters;
  private URI queue;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    rig = new EventRig(folder);
    sqs = LocalSqs.start();
    createQueues();
  }

  private void createQueues() {
    deadLetters = sqs.createQueue("dead-letters");
    queue = sqs.createQueue("events", deadLetters, MOST_RECEIVES);
  }

  @AfterEach
  void stop() {
    sqs.close();
    rig.close();
  }

  static Stream<String> forms() {
    return Stream.of("s3", "sns", "eventbridge");
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aSinglePutThatNobodyReportedIsCompleted(String form) {
    Upload upload = rig.startAndPut(EventRig.BY_ITSELF);
    String key = upload.spec().key();
    try (SqsConsumer consumer = consumer(4)) {
      sqs.send(
          queue,
          switch (form) {
            case "s3" -> EventRig.eventOf(upload);
            case "sns" -> Documents.sns(EventRig.eventOf(upload));
            default -> Documents.eventBridge("Object Created", EventRig.BUCKET, key);
          });

      awaitState(upload, UploadState.COMPLETED);
      awaitEmpty();
    }
    assertThat(sqs.count(deadLetters)).isZero();
  }

  @Test
  void itStaysAsItIsWhereTheDestinationDoesNotSaySo() {
    Upload upload = rig.now(rig.startAndPut(EventRig.BY_CALLER));
    try (SqsConsumer consumer = consumer(4)) {
      sqs.send(queue, EventRig.eventOf(upload));
      sqs.send(queue, Documents.test());

      awaitEmpty();
    }
    assertThat(rig.now(upload)).isEqualTo(upload);
    assertThat(sqs.count(deadLetters)).isZero();
  }

  @Test
  void aCompletionWhoseServerDiedIsSettledAtOnce() {
    Upload upload = rig.completing(true);

    try (SqsConsumer consumer = consumer(4)) {
      sqs.send(queue, EventRig.eventOf(upload));

      awaitState(upload, UploadState.COMPLETED);
    }
    assertThat(rig.s3.count("CompleteMultipartUpload")).isEqualTo(1);
  }

  @Test
  void whatCannotBeReadIsPutAwayAfterSomeTries() {
    Upload upload = rig.startAndPut(EventRig.BY_ITSELF);
    try (SqsConsumer consumer = consumer(1)) {
      sqs.send(queue, "no event at all");
      sqs.send(queue, EventRig.eventOf(upload));

      awaitState(upload, UploadState.COMPLETED);
      awaitEmpty();
    }
    assertThat(sqs.receive(deadLetters)).containsExactly("no event at all");
  }

  @Test
  void whatS3DoesNotAnswerComesAgain() {
    Upload upload = rig.startAndPut(EventRig.BY_ITSELF);
    AtomicInteger heads = new AtomicInteger();
    rig.s3.behave(
        (call, honest) ->
            call.operation().equals("HeadObject") && heads.incrementAndGet() <= 3 // the SDK's tries
                ? Answer.of(503, Map.of())
                : honest.get());
    try (SqsConsumer consumer = consumer(4)) {
      sqs.send(queue, EventRig.eventOf(upload));

      awaitState(upload, UploadState.COMPLETED);
      awaitEmpty();
    }
    assertThat(sqs.count(deadLetters)).isZero();
  }

  /** S3 takes long to put one together, and there is but one worker. */
  @Test
  void aSlowCompletionKeepsNoOtherWaiting() {
    Upload slow = rig.completing(false);
    Upload other = rig.startAndPut(EventRig.BY_ITSELF);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger begun = new AtomicInteger();
    rig.s3.behave(
        (call, honest) -> {
          if (call.operation().equals("CompleteMultipartUpload")) {
            begun.incrementAndGet();
            awaitQuietly(release);
          }
          return honest.get();
        });
    queue = sqs.createQueue("patient", deadLetters, 1_000);
    Tempo impatient =
        new Tempo(
            TEMPO.poll(),
            Duration.ofSeconds(1),
            TEMPO.again(),
            TEMPO.mostAgain(),
            TEMPO.away(),
            TEMPO.mostAway(),
            TEMPO.grace());
    try (SqsConsumer consumer = consumer(sqs.settings(queue, 1), impatient)) {
      sqs.send(queue, EventRig.eventOf(slow));
      await().atMost(PATIENCE).until(() -> begun.get() == 1);
      sqs.send(queue, EventRig.eventOf(other));

      awaitState(other, UploadState.COMPLETED);
      assertThat(rig.stateOf(slow)).isEqualTo(UploadState.COMPLETING);
      release.countDown();
      awaitState(slow, UploadState.COMPLETED);
      awaitEmpty();
    } finally {
      release.countDown();
    }
    assertThat(sqs.count(deadLetters)).isZero();
  }

  @Test
  void aMessageStaysHiddenForAsLongAsItIsWorkedOn() {
    Upload slow = rig.startAndPut(EventRig.BY_ITSELF);
    Upload marker = rig.startAndPut(EventRig.BY_ITSELF);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger begun = holdHeadsOf(slow, release);
    Duration visibility = Duration.ofSeconds(5);
    SqsSettings settings = new SqsSettings(queue, LocalSqs.REGION, 1, visibility);
    try (SqsConsumer one = consumer(settings)) {
      sqs.send(queue, EventRig.eventOf(slow));
      await().atMost(PATIENCE).until(() -> begun.get() == 1);
      try (SqsConsumer other = consumer(settings)) {
        sqs.send(queue, EventRig.eventOf(marker), 8); // the queue's own clock says when that is

        awaitState(marker, UploadState.COMPLETED);
      }
      assertThat(begun).as("nobody else got it").hasValue(1);
      assertThat(rig.stateOf(slow)).isEqualTo(UploadState.ACTIVE);
      release.countDown();
      awaitState(slow, UploadState.COMPLETED);
      awaitEmpty();
    }
    assertThat(sqs.count(deadLetters)).isZero();
  }

  @Test
  void aStopFinishesWhatIsWorkedOnAndLeavesTheRest() throws InterruptedException {
    Upload first = rig.startAndPut(EventRig.BY_ITSELF);
    Upload second = rig.startAndPut(EventRig.BY_ITSELF);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger begun = holdHeadsOf(first, release);
    SqsConsumer consumer = consumer(1);
    sqs.send(queue, EventRig.eventOf(first));
    await().atMost(PATIENCE).until(() -> begun.get() == 1);
    sqs.send(queue, EventRig.eventOf(second));

    Thread stop = new Thread(consumer::close);
    stop.start();
    await().atMost(PATIENCE).until(consumer::isClosing);
    release.countDown();
    stop.join(PATIENCE.toMillis());

    assertThat(stop.isAlive()).isFalse();
    assertThat(rig.stateOf(first)).isEqualTo(UploadState.COMPLETED);
    assertThat(rig.stateOf(second)).isEqualTo(UploadState.ACTIVE);
    assertThat(sqs.receive(queue)).containsExactly(EventRig.eventOf(second));
    assertThat(sqs.count(queue)).as("the first is deleted").isEqualTo(1);
  }

  @Test
  void aQueueThatIsAwayIsAskedUntilItIsBack() {
    Upload upload = rig.startAndPut(EventRig.BY_ITSELF);
    int port = sqs.port();
    sqs.close();
    try (SqsConsumer consumer = consumer(4)) {
      sqs = LocalSqs.startAt(port);
      createQueues();
      sqs.send(queue, EventRig.eventOf(upload));

      awaitState(upload, UploadState.COMPLETED);
    }
  }

  @Test
  void anErrorEndsNeitherPollingNorTheRoomForMessages() {
    Upload upload = rig.startAndPut(EventRig.BY_ITSELF);
    AtomicInteger asked = new AtomicInteger();
    AwsCredentialsProvider broken =
        () -> {
          if (asked.incrementAndGet() <= 4) {
            throw new NoClassDefFoundError("for a while");
          }
          return LocalSqs.CREDENTIALS.resolveCredentials();
        };
    SqsSettings settings = sqs.settings(queue, 1);
    sqs.send(queue, EventRig.eventOf(upload));
    try (SqsConsumer consumer = SqsConsumer.start(settings, broken, rig.newConfirm(), TEMPO)) {
      awaitState(upload, UploadState.COMPLETED);
      awaitEmpty();
    }
    assertThat(asked.get()).isGreaterThan(4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aQueueWithoutARedrivePolicyIsWarnedOf(boolean redrives) throws QueueException {
    URI asked = redrives ? queue : deadLetters;
    try (SqsQueue open = new SqsQueue(sqs.settings(asked, 1), LocalSqs.CREDENTIALS)) {
      assertThat(open.warning().isEmpty()).isEqualTo(redrives);
    }
  }

  @Test
  void aQueueThatIsNotThereIsTold() {
    URI nowhere = URI.create(queue.toString().replace("events", "nowhere"));
    try (SqsQueue open = new SqsQueue(sqs.settings(nowhere, 1), LocalSqs.CREDENTIALS)) {
      assertThatThrownBy(open::warning)
          .isInstanceOf(QueueException.class)
          .hasMessageContaining("HTTP 400");
    }
  }

  private AtomicInteger holdHeadsOf(Upload upload, CountDownLatch release) {
    AtomicInteger begun = new AtomicInteger();
    rig.s3.behave(
        (call, honest) -> {
          if (call.operation().equals("HeadObject") && call.key().equals(upload.spec().key())) {
            begun.incrementAndGet();
            awaitQuietly(release);
          }
          return honest.get();
        });
    return begun;
  }

  private static void awaitQuietly(CountDownLatch release) {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private SqsConsumer consumer(int workers) {
    return consumer(sqs.settings(queue, workers));
  }

  private SqsConsumer consumer(SqsSettings settings) {
    return consumer(settings, TEMPO);
  }

  private SqsConsumer consumer(SqsSettings settings, Tempo tempo) {
    return SqsConsumer.start(settings, LocalSqs.CREDENTIALS, rig.newConfirm(), tempo);
  }

  private void awaitState(Upload upload, UploadState state) {
    await().atMost(PATIENCE).until(() -> rig.stateOf(upload) == state);
  }

  private void awaitEmpty() {
    await().atMost(PATIENCE).until(() -> sqs.count(queue) == 0);
  }
}
