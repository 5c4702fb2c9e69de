package io.waybill.server.s3.fake;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store whose list of multipart uploads, asked for with {@code encoding-type=url},
 * percent-encodes each {@code <Key>} and nothing else: the prefix and the markers come as they are.
 */
public final class EncodedKeys implements FakeAwsS3.Personality {
  private static final String SAID = "<EncodingType>url</EncodingType>";
  private static final List<String> RAW = List.of("Prefix", "KeyMarker", "NextKeyMarker");

  private final boolean said;

  private EncodedKeys(boolean said) {
    this.said = said;
  }

  /** As Ceph: the answer has no {@code <EncodingType>}. */
  public static EncodedKeys unsaid() {
    return new EncodedKeys(false);
  }

  /** As Swift: the answer has one, which is not true of the prefix. */
  public static EncodedKeys said() {
    return new EncodedKeys(true);
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    Answer answer = honest.get();
    boolean listed = call.operation().equals("ListMultipartUploads") && answer.status() == 200;
    if (!listed || call.parameter("encoding-type").isEmpty()) {
      return answer;
    }
    String xml = new String(answer.body(), StandardCharsets.UTF_8);
    for (String element : RAW) {
      xml = each(element, xml, EncodedKeys::decoded);
    }
    xml = each("Key", xml, key -> key.replace("+", "%20"));
    return Answer.xml(200, said ? xml : xml.replace(SAID, ""));
  }

  private static String decoded(String encoded) {
    return Xml.escaped(Call.decoded(encoded.replace("+", "%20")));
  }

  private static String each(String element, String xml, UnaryOperator<String> change) {
    return Pattern.compile("(<" + element + ">)([^<]*)(</)")
        .matcher(xml)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) + change.apply(found.group(2)) + found.group(3)));
  }
}
