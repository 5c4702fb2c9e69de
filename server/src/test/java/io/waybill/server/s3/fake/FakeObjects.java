package io.waybill.server.s3.fake;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The finished objects of one bucket. */
final class FakeObjects {
  private static final int MAX_METADATA_BYTES = 2048;

  private final TreeMap<String, FakeObject> objects = new TreeMap<>();

  /** The tags as they came, by key; a new object has none. */
  private final TreeMap<String, String> tags = new TreeMap<>();

  private final InstantSource clock;

  FakeObjects(InstantSource clock) {
    this.clock = clock;
  }

  List<String> keys() {
    return List.copyOf(objects.keySet());
  }

  Optional<FakeObject> find(String key) {
    return Optional.ofNullable(objects.get(key));
  }

  void store(String key, FakeObject object) {
    objects.put(key, object);
    tags.remove(key);
  }

  void destroy(String key) {
    objects.remove(key);
  }

  Answer put(Call call) {
    String algorithm = BodyCheck.verify(call);
    requireAbsentIfAsked(call);
    String stored = algorithm.isEmpty() ? "crc64nvme" : algorithm;
    FakeObject object =
        new FakeObject(
            call.body(),
            Sums.md5Hex(call.body()),
            headersToKeep(call),
            stored,
            Sums.base64(stored, call.body()),
            false,
            clock.instant());
    store(call.key(), object);
    return Answer.of(200, Map.of("ETag", '"' + object.etag() + '"')).with(object.checksumHeaders());
  }

  Answer putTags(Call call) {
    require(call.key());
    BodyCheck.verify(call);
    tags.put(call.key(), new String(call.body(), StandardCharsets.UTF_8));
    return Answer.of(200, Map.of());
  }

  Answer getTags(Call call) {
    require(call.key());
    return Answer.xml(200, tags.getOrDefault(call.key(), "<Tagging><TagSet/></Tagging>"));
  }

  Answer get(Call call) {
    FakeObject object = require(call.key());
    requireMatchIfAsked(call, object);
    Answer whole = new Answer(200, object.describedBy(), object.bytes());
    Optional<String> range = call.header("range");
    return range.isEmpty() ? withChecksum(call, object, whole) : ranged(whole, range.get());
  }

  private static Answer ranged(Answer whole, String range) {
    String[] ends = range.replace("bytes=", "").split("-", 2);
    int from = Integer.parseInt(ends[0]);
    int last = whole.body().length - 1;
    int to = ends[1].isEmpty() ? last : Math.min(last, Integer.parseInt(ends[1]));
    if (from > to) {
      throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
    }
    byte[] some = Arrays.copyOfRange(whole.body(), from, to + 1);
    String of = "bytes " + from + "-" + to + "/" + whole.body().length;
    return new Answer(206, whole.headers(), some).with(Map.of("Content-Range", of));
  }

  Answer head(Call call) {
    FakeObject object = require(call.key());
    return withChecksum(call, object, new Answer(200, object.describedBy(), object.bytes()));
  }

  private static Answer withChecksum(Call call, FakeObject object, Answer answer) {
    boolean asked = call.header("x-amz-checksum-mode").filter("ENABLED"::equals).isPresent();
    return asked ? answer.with(object.checksumHeaders()) : answer;
  }

  Answer delete(Call call) {
    if (call.header("if-match").isPresent()) {
      requireMatchIfAsked(call, require(call.key()));
    }
    objects.remove(call.key());
    return Answer.of(204, Map.of());
  }

  private static void requireMatchIfAsked(Call call, FakeObject object) {
    Optional<String> ifMatch = call.header("if-match").map(etag -> etag.replace("\"", ""));
    if (ifMatch.isPresent() && !object.etag().equals(ifMatch.get())) {
      throw S3Error.preconditionFailed();
    }
  }

  /** ListObjectsV2 in one page. */
  Answer list(Call call) {
    String prefix = call.parameter("prefix").orElse("");
    Xml xml = new Xml().open("ListBucketResult").text("IsTruncated", false);
    for (Map.Entry<String, FakeObject> each : objects.entrySet()) {
      if (each.getKey().startsWith(prefix)) {
        xml.open("Contents").text("Key", each.getKey());
        xml.text("LastModified", each.getValue().time()).close("Contents");
      }
    }
    return Answer.xml(200, xml.close("ListBucketResult"));
  }

  /** If-None-Match, which S3 takes with a star only. */
  void requireAbsentIfAsked(Call call) {
    Optional<String> ifNoneMatch = call.header("if-none-match");
    if (ifNoneMatch.isEmpty()) {
      return;
    }
    if (!ifNoneMatch.get().equals("*")) {
      throw new S3Error(
          501, "NotImplemented", "A header you provided implies functionality not implemented");
    }
    if (objects.containsKey(call.key())) {
      throw S3Error.preconditionFailed();
    }
  }

  /** The headers that S3 gives back with the object. */
  static Map<String, String> headersToKeep(Call call) {
    Map<String, String> kept = new TreeMap<>();
    kept.put("Content-Type", call.header("content-type").orElse("binary/octet-stream"));
    int bytes = 0;
    for (Map.Entry<String, String> header : call.headers().entrySet()) {
      String lower = header.getKey().toLowerCase(Locale.ROOT);
      if (lower.startsWith("x-amz-meta-")) {
        kept.put(lower, header.getValue());
        bytes += lower.length() - "x-amz-meta-".length() + header.getValue().length();
      }
    }
    if (bytes > MAX_METADATA_BYTES) {
      throw new S3Error(
          400,
          "MetadataTooLarge",
          "Your metadata headers exceed the maximum allowed metadata size");
    }
    return kept;
  }

  private FakeObject require(String key) {
    return find(key).orElseThrow(S3Error::noSuchKey);
  }
}
