package io.waybill.server.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.waybill.server.upload.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;

/** The table of one RPC: each of its fields with the values it must not take. */
final class Twists {
  private static final int SHOWN_CHARS = 40;

  private final List<Twist> all = new ArrayList<>();

  List<Twist> all() {
    return List.copyOf(all);
  }

  /** A field of the message itself, of whatever type, with what refuses these values. */
  Twists field(String name, List<?> values, Reason... reasons) {
    for (Object value : values) {
      add(name, value, reasons, (message, v) -> message.setField(field(message, name), v));
    }
    return this;
  }

  Twists enumeration(String name, List<Integer> numbers) {
    for (Integer number : numbers) {
      add(name, number, new Reason[] {Reason.INVALID_REQUEST}, (m, v) -> set(m, name, number));
    }
    return this;
  }

  private static void set(Message.Builder message, String name, int number) {
    FieldDescriptor field = field(message, name);
    Object value = field.getEnumType().findValueByNumberCreatingIfUnknown(number);
    if (field.isRepeated()) {
      message.addRepeatedField(field, value);
    } else {
      message.setField(field, value);
    }
  }

  Twists durations(String name, long... seconds) {
    List<Message> values = new ArrayList<>();
    for (long each : seconds) {
      values.add(Duration.newBuilder().setSeconds(each).build());
    }
    for (int[] crooked :
        new int[][] {{0, -1}, {1, -1}, {-1, 1}, {0, 1_000_000_000}, {0, Integer.MIN_VALUE}}) {
      values.add(Duration.newBuilder().setSeconds(crooked[0]).setNanos(crooked[1]).build());
    }
    return field(name, values, Reason.INVALID_REQUEST);
  }

  Twists timestamps(String name) {
    List<Message> values = new ArrayList<>();
    for (long seconds :
        new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -62_135_596_801L, 253_402_300_800L}) {
      values.add(Timestamp.newBuilder().setSeconds(seconds).build());
    }
    for (int nanos : new int[] {-1, 1_000_000_000, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      values.add(Timestamp.newBuilder().setNanos(nanos).build());
    }
    return field(name, values, Reason.INVALID_REQUEST);
  }

  /** Bytes of these lengths. */
  Twists lengths(String name, List<Integer> lengths, Reason... reasons) {
    return field(
        name, lengths.stream().map(n -> ByteString.copyFrom(new byte[n])).toList(), reasons);
  }

  /** What is not one field alone. */
  <B extends Message.Builder> Twists change(
      String name, Class<B> type, List<?> values, BiConsumer<B, Object> turn, Reason... reasons) {
    for (Object value : values) {
      add(name, value, reasons, (message, v) -> turn.accept(type.cast(message), v));
    }
    return this;
  }

  private void add(
      String field, Object value, Reason[] reasons, BiConsumer<Message.Builder, Object> turn) {
    String text = String.valueOf(value);
    String shown = text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
    all.add(
        new Twist(
            field,
            shown,
            Set.of(reasons),
            (Message.Builder message) -> turn.accept(message, value)));
  }

  private static FieldDescriptor field(Message.Builder message, String name) {
    return Objects.requireNonNull(message.getDescriptorForType().findFieldByName(name), name);
  }
}
