package io.waybill.server.upload;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Optional;

/** What a name may look like before it becomes part of an S3 key. */
public final class Names {
  /** The longest filename a caller may give, in bytes of UTF-8. */
  public static final int MAX_FILENAME_BYTES = 1024;

  /** The longest object_key a caller may give, in bytes of UTF-8. */
  public static final int MAX_OBJECT_KEY_BYTES = 512;

  /** The longest segment of a key, in bytes of UTF-8; some stores refuse 240. */
  public static final int MAX_SEGMENT_BYTES = 128;

  private Names() {}

  /**
   * The form everything is stored and compared in: Unicode NFC. Only for what is known to be short:
   * combining marks in the wrong order take the square of their number to put right, 17 s for 200
   * KB.
   */
  public static String normal(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  /** What is wrong with a filename as it was given; empty where nothing is. */
  public static Optional<String> wrongWithFilename(String given) {
    if (isLongerThan(MAX_FILENAME_BYTES, given)) {
      return Optional.of("at most " + MAX_FILENAME_BYTES + " bytes of UTF-8");
    }
    String name = normal(given);
    if (name.contains("/") || name.contains("\\")) {
      return Optional.of("a name without folders: no / and no \\");
    }
    return wrongWithSegment(name);
  }

  /** What is wrong with an object_key as it was given; empty where nothing is. */
  public static Optional<String> wrongWithObjectKey(String given) {
    if (isLongerThan(MAX_OBJECT_KEY_BYTES, given)) {
      return Optional.of("at most " + MAX_OBJECT_KEY_BYTES + " bytes of UTF-8");
    }
    for (String segment : normal(given).split("/", -1)) {
      if (segment.isEmpty()) {
        return Optional.of("no empty segment: no / at either end and no //");
      }
      if (bytes(segment) > MAX_SEGMENT_BYTES) {
        return Optional.of("segments of at most " + MAX_SEGMENT_BYTES + " bytes of UTF-8");
      }
      Optional<String> wrong = wrongWithSegment(segment);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  /** As it was given, or in NFC, which may be longer: nothing is normalised that is too long. */
  private static boolean isLongerThan(int mostBytes, String given) {
    return bytes(given) > mostBytes || bytes(normal(given)) > mostBytes;
  }

  private static Optional<String> wrongWithSegment(String segment) {
    if (segment.equals(".") || segment.equals("..")) {
      return Optional.of("not . or ..");
    }
    boolean printable =
        segment
            .codePoints()
            .noneMatch(
                c ->
                    Character.getType(c) == Character.CONTROL
                        || Character.getType(c) == Character.SURROGATE
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                        || turnsTextAround(c)
                        || isNoncharacter(c));
    return printable
        ? Optional.empty()
        : Optional.of("no control characters, and none that turn text around");
  }

  /**
   * The bidirectional embeddings, overrides and isolates, which make {@code gpj.exe} read as {@code
   * exe.jpg}. The marks that ordinary Hebrew and Arabic text has stay.
   *
   * @see <a href="https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing">UTR 36</a>
   */
  private static boolean turnsTextAround(int c) {
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  }

  private static boolean isNoncharacter(int c) {
    return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
  }

  /** The name cut to a segment's length between characters, its extension kept. */
  public static String asSegment(String name) {
    if (bytes(name) <= MAX_SEGMENT_BYTES) {
      return name;
    }
    int dot = name.lastIndexOf('.');
    String extension = dot > 0 && bytes(name.substring(dot)) <= 32 ? name.substring(dot) : "";
    String stem = name.substring(0, name.length() - extension.length());
    int room = MAX_SEGMENT_BYTES - bytes(extension);
    int end = stem.length();
    while (bytes(stem.substring(0, end)) > room) {
      end = stem.offsetByCodePoints(end, -1);
    }
    return stem.substring(0, end) + extension;
  }

  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
