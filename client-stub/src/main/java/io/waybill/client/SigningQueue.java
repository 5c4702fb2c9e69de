package io.waybill.client;

import com.google.protobuf.ByteString;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignedPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Signs parts for several threads with one call at a time: whoever comes while one is under way
 * shares the next. So calls are many only where they are quick.
 */
final class SigningQueue {

  /** How many parts are signed in one call. */
  static final int BATCH = 16;

  private final Session session;
  private final Lock turn = new ReentrantLock();
  private final Queue<Wish> waiting = new ConcurrentLinkedQueue<>();

  private static final class Wish {
    final PartToSign part;

    /** Guarded by the turn. */
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
    waiting.add(mine);
    turn.lockInterruptibly();
    try {
      if (mine.signed == null) {
        waiting.remove(mine);
        sign(mine);
      }
      if (mine.signed == null) {
        throw new IllegalStateException("the server signed nothing for part " + number);
      }
      return mine.signed;
    } finally {
      turn.unlock();
    }
  }

  /** Whom this leaves without, by a failure or a short reply, signs for itself in its own turn. */
  private void sign(Wish mine) {
    List<Wish> batch = new ArrayList<>(List.of(mine));
    for (Wish other = waiting.poll(); other != null; other = waiting.poll()) {
      batch.add(other);
      if (batch.size() == BATCH) {
        break;
      }
    }
    List<SignedPart> signed = session.sign(batch.stream().map(wish -> wish.part).toList());
    for (Wish wish : batch) {
      signed.stream()
          .filter(part -> part.getPartNumber() == wish.part.getPartNumber())
          .findFirst()
          .ifPresent(part -> wish.signed = part);
    }
  }
}
