package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.SignedPart;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketPutTest extends PartPutContract {

  private static final String OK = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\n\r\n";

  private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final CountDownLatch done = new CountDownLatch(1);
  private final PartPut put = put(new Patience(Duration.ofSeconds(20), Duration.ofSeconds(20)));

  SocketPutTest() throws IOException {}

  @Override
  PartPut put(Patience patience) {
    return new SocketPut(new Buffers(), Duration.ofSeconds(10), patience);
  }

  @AfterEach
  void stop() throws IOException {
    done.countDown();
    server.close();
  }

  private interface Talk {
    void with(Socket connection) throws Exception;
  }

  /** What the server does with its next connection. */
  private Thread serve(Talk talk) {
    Thread thread =
        new Thread(
            () -> {
              try (Socket connection = server.accept()) {
                talk.with(connection);
              } catch (Exception e) {
                // The client hung up.
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private SignedPart.Builder part() {
    return SignedPart.newBuilder()
        .setPartNumber(7)
        .setMethod("PUT")
        .setUrl("http://127.0.0.1:" + server.getLocalPort() + "/b/k%20y?X-Amz-Signature=s");
  }

  private PutReply send(int sizeBytes) throws Exception {
    return put.send(part().build(), Bench.body(Bench.bytes(sizeBytes)), bytes -> {});
  }

  private static String head(Socket connection) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = connection.getInputStream().read();
      if (b < 0) {
        throw new EOFException();
      }
      head.append((char) b);
    }
    return head.toString();
  }

  private static void say(Socket connection, String answer) throws IOException {
    connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void sendsWhatWasSignedAndTellsOfEveryByte() throws Exception {
    StringBuilder head = new StringBuilder();
    byte[] bytes = Bench.bytes(300_000);
    byte[][] got = new byte[1][];
    Thread server =
        serve(
            connection -> {
              head.append(head(connection));
              got[0] = connection.getInputStream().readNBytes(bytes.length);
              say(connection, OK);
            });
    AtomicLong sent = new AtomicLong();

    PutReply reply =
        put.send(
            part().putHeaders("x-amz-checksum-crc32c", "AAAAAA==").build(),
            Bench.body(bytes),
            sent::addAndGet);
    server.join();

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers().firstValue("etag")).contains("\"e\"");
    assertThat(head.toString())
        .startsWith("PUT /b/k%20y?X-Amz-Signature=s HTTP/1.1\r\nHost: 127.0.0.1:")
        .contains("\r\nContent-Length: 300000\r\n", "\r\nx-amz-checksum-crc32c: AAAAAA==\r\n")
        .doesNotContain("Content-Type");
    assertThat(got[0]).isEqualTo(bytes);
    assertThat(sent).hasValue(bytes.length);
  }

  @Test
  void keepsAConnectionForTheNextPart() throws Exception {
    serve(
        connection -> {
          for (int i = 0; i < 3; i++) {
            var unused = head(connection);
            connection.getInputStream().skipNBytes(1_000);
            say(connection, OK);
          }
        });

    for (int i = 0; i < 3; i++) {
      assertThat(send(1_000).status()).isEqualTo(200); // There is one connection to be had.
    }
  }

  @Test
  void takesANewConnectionWhereTheOldOneWasClosed() throws Exception {
    Talk once =
        connection -> {
          var unused = head(connection);
          connection.getInputStream().skipNBytes(1_000);
          say(connection, OK);
        };
    Thread first = serve(once);
    assertThat(send(1_000).status()).isEqualTo(200);
    first.join(); // It has hung up.

    serve(once);

    assertThat(send(1_000).status()).isEqualTo(200);
  }

  /** A server that refuses a part does not want its bytes, and does not read them. */
  @Test
  void hearsAnAnswerThatComesBeforeTheLastByte() throws Exception {
    serve(
        connection -> {
          var unused = head(connection);
          say(
              connection,
              "HTTP/1.1 403 Forbidden\r\nContent-Length: 43\r\n\r\n"
                  + "<Error><Code>SignatureDoesNotMatch</Code></");
          done.await();
        });

    PutReply reply = send(64 << 20);

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("SignatureDoesNotMatch");
  }

  @Test
  void goesOnAfterAnInterimAnswer() throws Exception {
    serve(
        connection -> {
          var unused = head(connection);
          say(connection, "HTTP/1.1 100 Continue\r\n\r\n");
          connection.getInputStream().skipNBytes(32 << 20);
          say(connection, OK);
        });

    assertThat(send(32 << 20).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<Code>\r\n4;x=y\r\nA</C\r\n5\r\node>.\r\n0\r\n\r\n', 400, A",
    "'HTTP/1.0 503 Slow Down\r\n\r\n<Code>SlowDown</Code>', 503, SlowDown",
    "'HTTP/1.1 204 No Content\r\n\r\n', 204, ''",
    "'HTTP/1.1 200\nContent-Length: 0\n\n', 200, ''",
  })
  void readsEveryFormOfAnswer(String answer, int status, String code) throws Exception {
    serve(
        connection -> {
          var unused = head(connection);
          connection.getInputStream().skipNBytes(10);
          say(connection, answer);
        });

    PutReply reply = send(10);

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      })
  void anAnswerThatIsNoneIsATroubleOfTheConnection(String answer) {
    serve(
        connection -> {
          var unused = head(connection);
          connection.getInputStream().skipNBytes(10);
          say(connection, answer);
        });

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> send(10))
        .satisfies(e -> assertThat(PartPut.describe(e)).doesNotContain("X-Amz"));
  }

  @Test
  void readsNoMoreOfALongAnswerThanIsOfUse() throws Exception {
    serve(
        connection -> {
          var unused = head(connection);
          connection.getInputStream().skipNBytes(10);
          say(connection, "HTTP/1.1 500 Oops\r\nContent-Length: 900000000\r\n\r\n");
          say(connection, "x".repeat(8_000));
          done.await();
        });

    assertThat(send(10).body()).hasSize(4_096);
  }

  @ParameterizedTest
  @CsvSource({
    "x-a, 'b\r\nHost: elsewhere'",
    "'x a', b",
    "Host, elsewhere",
    "content-length, 5",
    "Transfer-Encoding, chunked",
  })
  void refusesHeadersThatWouldMakeItAnotherRequest(String name, String value) {
    assertThatExceptionOfType(UploadFailedException.class)
        .isThrownBy(
            () -> {
              var unused =
                  put.send(
                      part().putHeaders(name, value).build(), Bench.body(new byte[1]), bytes -> {});
            })
        .withMessageContaining("part 7")
        .withMessageNotContaining("X-Amz")
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.STORAGE_REFUSED));
  }

  @Test
  void tellsAPartThatCannotBeReadFromAConnectionThatBroke() {
    serve(connection -> done.await());
    PartBody unreadable =
        new PartBody() {
          @Override
          public long sizeBytes() {
            return 10;
          }

          @Override
          public void read(ByteBuffer buffer, long position) throws IOException {
            throw new IOException("disk");
          }

          @Override
          public void close() {}
        };

    assertThatExceptionOfType(UploadFailedException.class)
        .isThrownBy(
            () -> {
              var unused = put.send(part().build(), unreadable, bytes -> {});
            })
        .withMessageContaining("disk")
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.SOURCE_UNREADABLE));
  }

  @Test
  void anInterruptEndsTheWaiting() throws Exception {
    CountDownLatch sending = new CountDownLatch(1);
    serve(
        connection -> {
          var unused = head(connection);
          sending.countDown();
          done.await();
        });
    Throwable[] thrown = new Throwable[1];
    Thread sender =
        new Thread(
            () -> {
              try {
                var unused = send(10);
              } catch (Throwable e) {
                thrown[0] = e;
              }
            });
    sender.start();
    sending.await();

    sender.interrupt();
    sender.join();

    assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
  }
}
