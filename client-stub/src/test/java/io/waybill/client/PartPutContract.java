package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.waybill.v1.SignedPart;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every way to send a part has to do, against a bare socket, which takes bytes as it likes.
 */
@Timeout(30)
abstract class PartPutContract {

  /** More than the kernel buffers between two sockets. */
  private static final int SIZE = 16 << 20;

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** What S3 does with a connection. */
  private interface Taking {
    void take(Socket connection) throws Exception;
  }

  private final CountDownLatch over = new CountDownLatch(1);
  private final ServerSocket s3;

  PartPutContract() throws IOException {
    s3 = new ServerSocket();
    s3.setReceiveBufferSize(64 << 10);
    s3.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() throws IOException {
    over.countDown();
    s3.close();
  }

  abstract PartPut put(Patience patience);

  private PutReply put(Duration stall, Duration replyWait, Taking taking) throws Exception {
    Thread taker =
        new Thread(
            () -> {
              try (Socket connection = s3.accept()) {
                taking.take(connection);
              } catch (Exception e) {
                // The client hung up.
              }
            });
    taker.setDaemon(true);
    taker.start();
    SignedPart part =
        SignedPart.newBuilder()
            .setPartNumber(1)
            .setMethod("PUT")
            .setUrl("http://127.0.0.1:" + s3.getLocalPort() + "/part")
            .build();
    return put(new Patience(stall, replyWait)).send(part, Bench.body(new byte[SIZE]), bytes -> {});
  }

  @Test
  void givesUpAConnectionThatTakesNothing() {
    assertThatExceptionOfType(HttpTimeoutException.class)
        .isThrownBy(() -> put(SHORT, LONG, connection -> over.await()))
        .withMessageContaining("no byte was taken");
  }

  @Test
  void givesUpAConnectionThatTakesNoMore() {
    assertThatExceptionOfType(HttpTimeoutException.class)
        .isThrownBy(
            () ->
                put(
                    SHORT,
                    LONG,
                    connection -> {
                      connection.getInputStream().skipNBytes(SIZE / 4);
                      over.await();
                    }))
        .withMessageContaining("no byte was taken");
  }

  @Test
  void givesUpWaitingForAnAnswer() {
    assertThatExceptionOfType(HttpTimeoutException.class)
        .isThrownBy(
            () ->
                put(
                    LONG,
                    SHORT.minusSeconds(1), // The size brings a second back.
                    connection -> {
                      readAll(connection.getInputStream(), 0);
                      over.await();
                    }))
        .withMessageContaining("no answer");
  }

  @Test
  void goesOnAsLongAsBytesAreTaken() throws Exception {
    long begin = System.nanoTime();

    PutReply reply =
        put(
            Duration.ofMillis(800),
            LONG,
            connection -> {
              readAll(connection.getInputStream(), 24);
              connection
                  .getOutputStream()
                  .write(
                      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                          .getBytes(StandardCharsets.US_ASCII));
            });

    assertThat(reply.status()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1_200));
  }

  /** Reads the request's headers and body, in 64 pieces with a pause before each. */
  private static void readAll(InputStream in, long pauseMillis) throws Exception {
    String head = "";
    while (!head.endsWith("\r\n\r\n")) {
      head += (char) in.read();
    }
    for (int i = 0; i < 64; i++) {
      Thread.sleep(pauseMillis);
      in.skipNBytes(SIZE / 64);
    }
  }
}
