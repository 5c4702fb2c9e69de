package io.waybill.client;

import com.google.protobuf.ByteString;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignedPart;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Signs parts for several threads with one call at a time: whoever comes while one is under way
 * shares the next. So calls are many only where they are quick. Nobody waits for a call that is not
 * about its part. The first call that fails is the last one: the upload fails with it, and a part
 * that was signed and sent all the same would be sent once more by the run that resumes it.
 */
final class SigningQueue {

  /** How many parts are signed in one call. */
  static final int BATCH = 16;

  private final Session session;
  private final Queue<Wish> waiting = new ArrayDeque<>();
  private boolean calling;
  private @Nullable RuntimeException failure;

  private static final class Wish {
    final PartToSign part;
    @Nullable SignedPart signed;

    Wish(PartToSign part) {
      this.part = part;
    }
  }

  SigningQueue(Session session) {
    this.session = session;
  }

  /** Signs one part, with its checksum unless that is empty. */
  SignedPart sign(int number, byte[] checksum) throws InterruptedException {
    Wish mine =
        new Wish(
            PartToSign.newBuilder()
                .setPartNumber(number)
                .setChecksum(ByteString.copyFrom(checksum))
                .build());
    List<Wish> batch = turn(mine);
    if (!batch.isEmpty()) {
      call(batch);
    }
    return signed(mine);
  }

  /**
   * Waits until the part is signed, or else it is this thread's turn to call. A thread whose part
   * is missing from a short reply makes a call of its own.
   *
   * @return what to sign; nothing if there is nothing to do
   * @throws RuntimeException what a call of another thread failed with
   */
  private synchronized List<Wish> turn(Wish mine) throws InterruptedException {
    waiting.add(mine);
    try {
      while (calling && mine.signed == null && failure == null) {
        wait();
      }
    } finally {
      waiting.remove(mine);
    }
    List<Wish> batch = new ArrayList<>();
    if (mine.signed == null) {
      if (failure != null) {
        throw failure;
      }
      calling = true;
      batch.add(mine);
      while (batch.size() < BATCH && !waiting.isEmpty()) {
        batch.add(waiting.remove());
      }
    }
    return batch;
  }

  /** How many threads wait for a call that is still to be made. */
  synchronized int waiting() {
    return waiting.size();
  }

  private void call(List<Wish> batch) {
    try {
      answer(batch, session.sign(batch.stream().map(wish -> wish.part).toList()));
    } catch (RuntimeException e) {
      fail(e);
      throw e;
    }
  }

  private synchronized void fail(RuntimeException e) {
    failure = e;
    calling = false;
    notifyAll();
  }

  private synchronized void answer(List<Wish> batch, List<SignedPart> signed) {
    for (Wish wish : batch) {
      signed.stream()
          .filter(part -> part.getPartNumber() == wish.part.getPartNumber())
          .findFirst()
          .ifPresent(part -> wish.signed = part);
    }
    calling = false;
    notifyAll();
  }

  private synchronized SignedPart signed(Wish wish) {
    if (wish.signed == null) {
      throw new IllegalStateException(
          "the server signed nothing for part " + wish.part.getPartNumber());
    }
    return wish.signed;
  }
}
