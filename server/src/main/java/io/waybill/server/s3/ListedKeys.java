package io.waybill.server.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a key in a list of uploads may be. Waybill asks for {@code encoding-type=url}, so that a
 * control character in one key does not make the whole answer unreadable. Stores differ in what
 * they then do: Amazon encodes keys, prefix and markers, with a plus for a space, and says so in
 * {@code <EncodingType>}; Ceph encodes the keys alone, with {@code %20}, and does not say so; Swift
 * says so, and leaves prefix and markers as they are; some encode nothing.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html">S3:
 *     ListMultipartUploads</a>
 */
final class ListedKeys {
  private static final Comparator<String> AS_S3_SORTS =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private ListedKeys() {}

  /** What keys a listed text may stand for, the decoded ones first, the text itself last. */
  static List<String> candidates(String spelled) {
    Set<String> keys = new LinkedHashSet<>();
    decoded(spelled.replace('+', ' ')).ifPresent(keys::add);
    decoded(spelled).ifPresent(keys::add);
    keys.add(spelled);
    return List.copyOf(keys);
  }

  /**
   * The key-marker that leads to the next page.
   *
   * @param next the answer's, as it is spelled
   * @param last the last key of the page, as it is spelled; empty where the page has none
   * @param prefix what was asked for: every key begins with it
   * @param said whether the answer says that it is encoded
   */
  static String marker(String next, String last, String prefix, boolean said) {
    boolean isSpelledOtherwise = !next.equals(last) && candidates(last).contains(next);
    if (isSpelledOtherwise) {
      return next;
    }
    List<String> keys = candidates(next);
    // Where it is not clear, the one that sorts first: what comes twice does less harm than what is
    // passed over.
    return said
        ? keys.get(0)
        : keys.stream().filter(key -> key.startsWith(prefix)).min(AS_S3_SORTS).orElse(next);
  }

  /** Percent-decodes; what is no escape stays. Empty where the bytes are no text. */
  private static Optional<String> decoded(String spelled) {
    byte[] in = spelled.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%'
          && i + 2 < in.length
          && HexFormat.isHexDigit(in[i + 1])
          && HexFormat.isHexDigit(in[i + 2])) {
        out.put(
            (byte) (HexFormat.fromHexDigit(in[i + 1]) << 4 | HexFormat.fromHexDigit(in[i + 2])));
        i += 2;
      } else {
        out.put(in[i]);
      }
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
