package io.waybill.server.events;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** An SQS in this JVM, and a client beside the one under test. It forgets all when it stops. */
final class LocalSqs implements AutoCloseable {
  static final String REGION = "eu-central-1";
  static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("sqs-access", "sqs-secret"));

  private final SQSRestServer server;
  private final int port;
  private final SqsClient client;

  private LocalSqs(SQSRestServer server) {
    this.server = server;
    this.port = server.waitUntilStarted().localAddress().getPort();
    this.client =
        SqsClient.builder()
            .httpClient(Apache5HttpClient.create())
            .region(Region.of(REGION))
            .credentialsProvider(CREDENTIALS)
            .endpointOverride(URI.create("http://localhost:" + port))
            .build();
  }

  static LocalSqs start() {
    return new LocalSqs(SQSRestServerBuilder.withInterface("localhost").withDynamicPort().start());
  }

  /** On a port where one was before. */
  static LocalSqs startAt(int port) {
    return new LocalSqs(SQSRestServerBuilder.withInterface("localhost").withPort(port).start());
  }

  int port() {
    return port;
  }

  /** Makes a queue without a redrive policy. */
  URI createQueue(String name) {
    return createQueue(name, Map.of());
  }

  /** Makes a queue that puts a message away which was received so often. */
  URI createQueue(String name, URI deadLetters, int mostReceives) {
    String arn =
        client
            .getQueueAttributes(
                g ->
                    g.queueUrl(deadLetters.toString()).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN);
    String policy =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":\"%d\"}".formatted(arn, mostReceives);
    return createQueue(name, Map.of(QueueAttributeName.REDRIVE_POLICY, policy));
  }

  private URI createQueue(String name, Map<QueueAttributeName, String> attributes) {
    return URI.create(client.createQueue(c -> c.queueName(name).attributes(attributes)).queueUrl());
  }

  SqsSettings settings(URI queue, int workers) {
    return new SqsSettings(queue, REGION, workers, SqsSettings.DEFAULT_VISIBILITY_TIMEOUT);
  }

  void send(URI queue, String body) {
    send(queue, body, 0);
  }

  void send(URI queue, String body, int delaySeconds) {
    client.sendMessage(
        s -> s.queueUrl(queue.toString()).messageBody(body).delaySeconds(delaySeconds));
  }

  void sendAll(URI queue, List<String> bodies) {
    for (int from = 0; from < bodies.size(); from += 10) {
      List<SendMessageBatchRequestEntry> batch = new ArrayList<>();
      for (String body : bodies.subList(from, Math.min(bodies.size(), from + 10))) {
        batch.add(
            SendMessageBatchRequestEntry.builder()
                .id("m" + batch.size())
                .messageBody(body)
                .build());
      }
      client.sendMessageBatch(s -> s.queueUrl(queue.toString()).entries(batch));
    }
  }

  /** How many messages there are, seen or not. */
  int count(URI queue) {
    Map<QueueAttributeName, String> attributes =
        new HashMap<>(
            client
                .getQueueAttributes(
                    g ->
                        g.queueUrl(queue.toString())
                            .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                .attributes());
    return attributes.values().stream().mapToInt(Integer::parseInt).sum();
  }

  /** The bodies of some messages, which nobody else sees for a while. */
  List<String> receive(URI queue) {
    return client
        .receiveMessage(r -> r.queueUrl(queue.toString()).maxNumberOfMessages(10))
        .messages()
        .stream()
        .map(Message::body)
        .toList();
  }

  @Override
  public void close() {
    client.close();
    server.stopAndWait();
  }
}
