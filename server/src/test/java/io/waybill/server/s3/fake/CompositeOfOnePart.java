package io.waybill.server.s3.fake;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A store that gives an object of one part the checksum of its parts' checksums, although that of
 * the full object was asked for when its upload was created.
 */
public final class CompositeOfOnePart implements FakeAwsS3.Personality {
  private static final Pattern OF_THE_WHOLE =
      Pattern.compile(
          "<Checksum(CRC\\w+)>([^<-]+)</Checksum\\w+><ChecksumType>FULL_OBJECT</ChecksumType>");

  /** The composite of such objects, by bucket and key. */
  private final Map<String, String> composites = new ConcurrentHashMap<>();

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    Answer answer = honest.get();
    return switch (call.operation()) {
      case "CompleteMultipartUpload" -> completed(call, answer);
      case "PutObject" -> {
        if (answer.status() == 200) {
          composites.remove(call.rawPath());
        }
        yield answer;
      }
      case "HeadObject", "GetObject" -> looked(answer, composites.get(call.rawPath()));
      default -> answer;
    };
  }

  private Answer completed(Call call, Answer answer) {
    String xml = new String(answer.body(), StandardCharsets.UTF_8);
    Matcher whole = OF_THE_WHOLE.matcher(xml);
    if (answer.status() != 200) {
      return answer;
    }
    composites.remove(call.rawPath());
    if (Manifest.parse(call.body()).parts().size() != 1 || !whole.find()) {
      return answer;
    }
    String algorithm = whole.group(1);
    byte[] sum = Base64.getDecoder().decode(whole.group(2));
    String composite = Sums.base64(algorithm.toLowerCase(Locale.ROOT), sum) + "-1";
    composites.put(call.rawPath(), composite);
    String other =
        "<Checksum$1>" + composite + "</Checksum$1><ChecksumType>COMPOSITE</ChecksumType>";
    return Answer.xml(200, whole.replaceFirst(other));
  }

  private static Answer looked(Answer answer, @Nullable String composite) {
    if (composite == null) {
      return answer;
    }
    return answer.headers().keySet().stream()
        .filter(name -> name.matches("x-amz-checksum-crc\\w+"))
        .findFirst()
        .map(name -> answer.with(Map.of(name, composite, "x-amz-checksum-type", "COMPOSITE")))
        .orElse(answer);
  }
}
