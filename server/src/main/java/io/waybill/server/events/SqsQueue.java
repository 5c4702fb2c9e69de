package io.waybill.server.events;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * One queue of SQS. Every call blocks until SQS has answered. Receiving has a client of its own, so
 * that a long poll can be cut off while what was received is still finished.
 *
 * <p>It needs sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility, and
 * sqs:GetQueueAttributes to be checked.
 */
final class SqsQueue implements AutoCloseable {
  /** SQS's own limit. */
  static final int MAX_BATCH = 10;

  /** SQS's own limit. */
  static final Duration MAX_WAIT = Duration.ofSeconds(20);

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration CALL = Duration.ofSeconds(15);

  private final SqsSettings settings;
  private final AwsCredentialsProvider credentials;
  private final Deque<SdkAutoCloseable> opened = new ArrayDeque<>();
  private @Nullable SqsClient receiving;
  private @Nullable SqsClient quick;
  private boolean closed;

  /**
   * @param credentials closed with the rest, if it can be
   */
  SqsQueue(SqsSettings settings, AwsCredentialsProvider credentials) {
    this.settings = settings;
    this.credentials = credentials;
  }

  /**
   * Waits for messages; nobody else sees them for the visibility timeout.
   *
   * @param most 1 to {@link #MAX_BATCH}
   * @param wait how long to wait where there are none, at most {@link #MAX_WAIT}
   */
  List<QueueMessage> receive(int most, Duration wait) throws QueueException {
    return ask(
        this::receiving,
        sqs ->
            sqs
                .receiveMessage(
                    r ->
                        r.queueUrl(url())
                            .maxNumberOfMessages(most)
                            .waitTimeSeconds((int) wait.toSeconds())
                            .visibilityTimeout(seconds(settings.visibilityTimeout()))
                            .messageSystemAttributeNames(
                                MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT))
                .messages()
                .stream()
                .map(SqsQueue::of)
                .toList());
  }

  /** It is dealt with. */
  void delete(QueueMessage message) throws QueueException {
    ask(
        this::quick,
        sqs -> sqs.deleteMessage(d -> d.queueUrl(url()).receiptHandle(message.receiptHandle())));
  }

  /** From now on it is hidden for so long, and comes again after that. */
  void hide(QueueMessage message, Duration time) throws QueueException {
    ask(
        this::quick,
        sqs ->
            sqs.changeMessageVisibility(
                c ->
                    c.queueUrl(url())
                        .receiptHandle(message.receiptHandle())
                        .visibilityTimeout(seconds(time))));
  }

  /** What the operator should know of the queue; empty where all is well. */
  Optional<String> warning() throws QueueException {
    boolean redrives =
        ask(
            this::quick,
            sqs ->
                sqs.getQueueAttributes(
                        g -> g.queueUrl(url()).attributeNames(QueueAttributeName.REDRIVE_POLICY))
                    .attributes()
                    .containsKey(QueueAttributeName.REDRIVE_POLICY));
    return redrives
        ? Optional.empty()
        : Optional.of(
            "the queue has no redrive policy: a message that cannot be read comes again until its"
                + " retention ends, and is then lost");
  }

  /** Cuts a poll off that waits, and lets no more be made. */
  synchronized void stopReceiving() {
    closed = true;
    if (receiving != null) {
      receiving.close();
    }
  }

  @Override
  public synchronized void close() {
    stopReceiving();
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    if (credentials instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }

  private static QueueMessage of(Message message) {
    String count =
        message
            .attributes()
            .getOrDefault(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1");
    return new QueueMessage(
        message.messageId(), message.receiptHandle(), message.body(), Integer.parseInt(count));
  }

  private synchronized SqsClient receiving() {
    if (receiving == null) {
      // What is to be done when it fails, the consumer knows.
      Duration patience = MAX_WAIT.plus(CALL);
      receiving = client(1, patience, AwsRetryStrategy.doNotRetry());
    }
    return receiving;
  }

  private synchronized SqsClient quick() {
    if (quick == null) {
      quick = client(settings.workers() + 1, CALL, AwsRetryStrategy.standardRetryStrategy());
    }
    return quick;
  }

  private SqsClient client(int connections, Duration patience, RetryStrategy retries) {
    if (closed) {
      throw new IllegalStateException("the queue is closed");
    }
    var http =
        Apache5HttpClient.builder()
            .maxConnections(connections)
            .connectionTimeout(CONNECT)
            .socketTimeout(patience)
            .tcpKeepAlive(true);
    SqsClient client =
        SqsClient.builder()
            .httpClientBuilder(http) // so that it is closed with the client
            .credentialsProvider(credentials)
            .region(Region.of(settings.region()))
            .endpointOverride(settings.endpoint())
            .overrideConfiguration(o -> o.retryStrategy(retries).apiCallTimeout(patience))
            .build();
    opened.push(client);
    return client;
  }

  private String url() {
    return settings.queueUrl().toString();
  }

  private static int seconds(Duration time) {
    return (int) time.toSeconds();
  }

  private static <T> T ask(Supplier<SqsClient> client, Function<SqsClient, T> question)
      throws QueueException {
    try {
      return question.apply(client.get());
    } catch (RuntimeException e) {
      throw QueueException.of(e);
    }
  }
}
