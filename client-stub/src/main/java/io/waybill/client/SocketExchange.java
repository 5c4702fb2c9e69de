package io.waybill.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.Optional;
import java.util.function.LongConsumer;

/** One request and its answer on a connection. */
final class SocketExchange {

  private final SocketConnection connection;
  private final Silence silence;
  private final ReplyReader answer;
  private final ByteBuffer buffer;
  private boolean sent;

  /**
   * For one request.
   *
   * @param buffer for the body on its way
   */
  SocketExchange(SocketConnection connection, Silence silence, ByteBuffer buffer) {
    this.connection = connection;
    this.silence = silence;
    this.buffer = buffer;
    this.answer = new ReplyReader(connection, silence);
  }

  /** Whether another request may follow on the connection. */
  boolean isReusable() {
    return sent && answer.isReusable();
  }

  PutReply run(ByteBuffer head, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException {
    try {
      Optional<PutReply> early = send(head, body, onSent);
      if (early.isPresent()) {
        return early.get();
      }
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      return lastWords(e);
    }
    return answer.read();
  }

  /** Sends it all, unless an answer comes before: what it is about will not be sent in vain. */
  private Optional<PutReply> send(ByteBuffer head, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException {
    while (head.hasRemaining()) {
      if (connection.write(head) == 0 && connection.await(true, silence)) {
        return Optional.of(answer.read());
      }
    }
    for (long position = 0; position < body.sizeBytes(); ) {
      fill(buffer, body, position);
      while (buffer.hasRemaining()) {
        int taken = connection.write(buffer);
        if (taken > 0) {
          position += taken;
          silence.taken(taken);
          onSent.accept(taken);
        } else if (connection.await(true, silence) && answer.isFinal()) {
          return Optional.of(answer.read());
        }
      }
    }
    sent = true;
    return Optional.empty();
  }

  private static void fill(ByteBuffer buffer, PartBody body, long position)
      throws ClosedByInterruptException {
    try {
      body.read(buffer.clear(), position);
      buffer.flip();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw UploadFailedException.unreadable(e);
    }
  }

  /** A store that refuses a request may hang up on its body; its answer may be there already. */
  private PutReply lastWords(IOException broken) throws InterruptedException, IOException {
    try {
      return answer.read();
    } catch (IOException e) {
      throw broken;
    }
  }
}
