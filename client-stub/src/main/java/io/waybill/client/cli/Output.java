package io.waybill.client.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import io.waybill.v1.Upload;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err everything else
 * @param json whether results are JSON
 * @param quiet whether there is no progress
 */
record Output(PrintWriter out, PrintWriter err, boolean json, boolean quiet) {

  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace().alwaysPrintFieldsWithNoPresence();

  /** Prints a message as a line of JSON. */
  void json(MessageOrBuilder message) {
    json(toJson(message));
  }

  /** Prints a line that is JSON already, in ASCII: no locale's encoding can change a name in it. */
  void json(String line) {
    StringBuilder ascii = new StringBuilder(line.length());
    line.chars()
        .forEach(c -> ascii.append(c < 0x80 ? String.valueOf((char) c) : "\\u%04x".formatted(c)));
    out.println(ascii);
    out.flush();
  }

  /** Prints a result for people. */
  void line(String text) {
    out.println(printable(text));
    out.flush();
  }

  /** Prints something that is not the result. */
  void note(String text) {
    err.println(printable(text));
    err.flush();
  }

  /** Prints it in the place of what a sequence clears before. */
  void note(String clear, String text) {
    err.println(clear + printable(text));
    err.flush();
  }

  static String toJson(MessageOrBuilder message) {
    try {
      return JSON.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("only Any can fail so, and there is none", e);
    }
  }

  /** A string as JSON. */
  static String quote(String text) {
    return toJson(Value.newBuilder().setStringValue(text));
  }

  /** Without what could command a terminal: names come from other people. */
  static String printable(String text) {
    return text.replaceAll("[\\p{Cc}&&[^\\n\\r\\t]]", "?");
  }

  static String state(Upload upload) {
    return upload.getState().name().replace("UPLOAD_STATE_", "");
  }

  static String time(Timestamp timestamp) {
    return Timestamps.toString(timestamp);
  }

  /** Such as 8.0 MiB. */
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int exponent = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
    return String.format(
        Locale.ROOT,
        "%.1f %siB",
        bytes / (double) (1L << (10 * exponent)),
        "KMGTPE".charAt(exponent - 1));
  }
}
