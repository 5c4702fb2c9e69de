package io.waybill.server.grpc;

import java.nio.charset.StandardCharsets;

/** Lengths of text as it travels. */
final class Utf8 {
  private static final String CUT = "…";

  private Utf8() {}

  static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The text where it is short enough, else its beginning and an ellipsis. */
  static String cut(String text, int mostBytes) {
    if (length(text) <= mostBytes) {
      return text;
    }
    int room = mostBytes - length(CUT);
    int end = 0;
    for (int used = 0; ; ) {
      int codePoint = text.codePointAt(end);
      used += length(Character.toString(codePoint));
      if (used > room) {
        return text.substring(0, end) + CUT;
      }
      end += Character.charCount(codePoint);
    }
  }
}
