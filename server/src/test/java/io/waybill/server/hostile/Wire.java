package io.waybill.server.hostile;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bytes that are no message of protobuf, whatever the method. */
final class Wire {
  private static final int STRING = 2;

  /** Not UTF-8: lone surrogates, overlong forms, beyond Unicode, cut short. */
  private static final List<String> NOT_UTF8 =
      List.of(
          "eda080",
          "edbfbf",
          "eda0bdedb880",
          "c080",
          "c0af",
          "e080af",
          "f08080af",
          "f4908080",
          "f5808080",
          "ff",
          "fe",
          "80",
          "e3",
          "e381",
          "f09f98",
          "61ff62");

  private Wire() {}

  /** By what is wrong with them. */
  static Map<String, byte[]> broken(Message right) {
    Map<String, byte[]> all = new LinkedHashMap<>();
    byte[] bytes = right.toByteArray();
    for (String tail :
        List.of(
            "00", // field 0
            "07", // wire type 7
            "06", // wire type 6
            "0c", // an end of no group
            "0b", // a group without an end
            "0bffff", // and with something in it
            "08", // a number that does not come
            "08ffffffffffffffffffff01", // a varint of 11 bytes
            "7affffffff0f", // a length of -1
            "7affffffff07", // a length of 2 GiB
            "7a05616263", // a length beyond the end
            "fdffffff0f01", // fixed32, cut short
            "f9ffffff0f01")) { // fixed64, cut short
      all.put("tail " + tail, append(bytes, HexFormat.of().parseHex(tail)));
    }
    for (int depth : new int[] {101, 1_000, 100_000}) {
      byte[] deep = new byte[2 * depth];
      Arrays.fill(deep, 0, depth, (byte) 0x7b);
      Arrays.fill(deep, depth, 2 * depth, (byte) 0x7c);
      all.put("groups " + depth + " deep", append(bytes, deep));
    }
    for (FieldDescriptor field : right.getDescriptorForType().getFields()) {
      if (field.getType() == FieldDescriptor.Type.STRING) {
        for (String text : NOT_UTF8) {
          byte[] bad = HexFormat.of().parseHex(text);
          byte[] head = {(byte) (field.getNumber() << 3 | STRING), (byte) bad.length};
          all.put(field.getName() + " of " + text, append(bytes, append(head, bad)));
        }
      }
    }
    return all;
  }

  /** Every beginning of the message that ends within a field. */
  static List<byte[]> cutShort(Message right, int atMost) {
    byte[] bytes = right.toByteArray();
    List<byte[]> all = new ArrayList<>();
    for (int end = 1; end < bytes.length && all.size() < atMost; end++) {
      byte[] cut = Arrays.copyOf(bytes, end);
      try {
        var unused = right.getParserForType().parseFrom(cut);
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        all.add(cut);
      }
    }
    return all;
  }

  static byte[] append(byte[] head, byte[] tail) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head);
    all.writeBytes(tail);
    return all.toByteArray();
  }
}
