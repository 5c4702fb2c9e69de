package io.waybill.server.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.waybill.server.hostile.HostileCall.Header;
import io.waybill.server.upload.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Requests with one to four of their fields turned, and sometimes a field that nobody knows before
 * or after them.
 */
final class Combinations implements Iterable<HostileCall> {
  /** Whatever refuses the form of a request, or its bytes. */
  private static final Set<Reason> REFUSALS =
      Set.of(
          Reason.INVALID_REQUEST,
          Reason.MALFORMED_REQUEST,
          Reason.DESTINATION_UNKNOWN,
          Reason.CONTENT_TYPE_NOT_ALLOWED,
          Reason.SIZE_LIMIT_EXCEEDED,
          Reason.CHECKSUM_REQUIRED,
          Reason.PART_OUT_OF_RANGE,
          Reason.SIZE_MISMATCH);

  private final List<Curated.Base> bases;
  private final Header caller;
  private final Random random;
  private final int count;

  Combinations(List<Curated.Base> bases, Header caller, Random random, int count) {
    this.bases = bases;
    this.caller = caller;
    this.random = random;
    this.count = count;
  }

  @Override
  public Iterator<HostileCall> iterator() {
    return Stream.generate(this::next).limit(count).iterator();
  }

  private HostileCall next() {
    Curated.Base base = bases.get(random.nextInt(bases.size()));
    Message.Builder message = base.right().toBuilder();
    Set<String> fields = new HashSet<>();
    List<String> what = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      Twist twist = base.twists().get(random.nextInt(base.twists().size()));
      // Parts exclude next_missing, and turning one may put the other right again.
      boolean choice = twist.field().equals("parts") || twist.field().equals("next_missing");
      if (fields.add(choice ? "choice" : twist.field())) {
        twist.turn().accept(message);
        what.add(twist.toString());
      }
    }
    return new HostileCall(
        String.join(", ", what),
        base.rpc(),
        ByteString.copyFrom(bytes(message)),
        List.of(caller),
        REFUSALS);
  }

  /** With unknown fields before and after; a number that no message has. */
  private byte[] bytes(Message.Builder message) {
    byte[] bytes = message.build().toByteArray();
    byte[] unknown = new byte[2 + random.nextInt(20)];
    random.nextBytes(unknown);
    unknown[0] = 0x7a; // field 15, with a length
    unknown[1] = (byte) (unknown.length - 2);
    return switch (random.nextInt(3)) {
      case 0 -> Wire.append(unknown, bytes);
      case 1 -> Wire.append(bytes, unknown);
      default -> bytes;
    };
  }
}
