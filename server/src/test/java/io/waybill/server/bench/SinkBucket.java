package io.waybill.server.bench;

import io.waybill.server.s3.fake.Answer;
import io.waybill.server.s3.fake.Call;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What {@link SinkS3} knows of uploads and objects. */
final class SinkBucket {
  private static final int PAGE = 1_000;

  private record Part(long size, String etag, String checksum) {}

  private record Upload(String key, Map<String, String> kept, TreeMap<Integer, Part> parts) {}

  private record Stored(Map<String, String> headers) {}

  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  private final Map<String, Stored> objects = new ConcurrentSkipListMap<>();

  Answer put(Call call, long size, long crc, String claimed) {
    Upload upload = uploads.get(call.parameter("uploadId").orElse(""));
    if (upload == null) {
      return error(404, "NoSuchUpload");
    }
    byte[] raw = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc).array();
    String checksum = Base64.getEncoder().encodeToString(raw);
    if (!claimed.equals(checksum)) {
      return error(400, "BadDigest");
    }
    Part part = new Part(size, "\"%08x-%d\"".formatted(crc, size), checksum);
    synchronized (upload) {
      upload.parts.put(call.partNumber(), part);
    }
    return Answer.of(200, Map.of("ETag", part.etag, "x-amz-checksum-crc32c", checksum));
  }

  Answer answer(Call call) {
    String id = call.parameter("uploadId").orElse("");
    return switch (call.operation()) {
      case "CreateMultipartUpload" -> create(call);
      case "ListParts" -> uploads.containsKey(id) ? list(call, uploads.get(id)) : noUpload();
      case "CompleteMultipartUpload" ->
          uploads.containsKey(id) ? complete(call, uploads.remove(id)) : noUpload();
      case "HeadObject" -> {
        Stored object = objects.get(call.key());
        yield object == null ? error(404, "NoSuchKey") : Answer.of(200, object.headers);
      }
      default -> error(501, "NotImplemented");
    };
  }

  private Answer create(Call call) {
    String id = "upload-" + lastId.incrementAndGet();
    Map<String, String> kept = new TreeMap<>();
    call.headers().forEach((name, value) -> keep(kept, name, value));
    uploads.put(id, new Upload(call.key(), kept, new TreeMap<>()));
    return xml(
        "InitiateMultipartUploadResult",
        element("Bucket", SinkS3.BUCKET) + element("Key", call.key()) + element("UploadId", id));
  }

  private static void keep(Map<String, String> kept, String name, String value) {
    if (name.regionMatches(true, 0, "x-amz-meta-", 0, 11)
        || name.equalsIgnoreCase("content-type")) {
      kept.put(name, value);
    }
  }

  private static Answer list(Call call, Upload upload) {
    int after = call.parameter("part-number-marker").map(Integer::parseInt).orElse(0);
    int most = Math.min(PAGE, call.parameter("max-parts").map(Integer::parseInt).orElse(PAGE));
    StringBuilder page = new StringBuilder();
    synchronized (upload) {
      var rest = upload.parts.tailMap(after, false);
      page.append(element("ChecksumAlgorithm", "CRC32C"));
      page.append(element("ChecksumType", "FULL_OBJECT"));
      page.append(element("IsTruncated", rest.size() > most));
      int last = after;
      for (var entry : rest.entrySet().stream().limit(most).toList()) {
        last = entry.getKey();
        Part part = entry.getValue();
        page.append("<Part>").append(element("PartNumber", last));
        page.append(element("ETag", part.etag.replace("\"", "&quot;")));
        page.append(element("Size", part.size)).append(element("ChecksumCRC32C", part.checksum));
        page.append("</Part>");
      }
      page.append(element("NextPartNumberMarker", last));
    }
    return xml("ListPartsResult", page.toString());
  }

  private Answer complete(Call call, Upload upload) {
    String etag = "\"" + call.parameter("uploadId").orElseThrow() + "\"";
    Map<String, String> headers = new TreeMap<>(upload.kept);
    synchronized (upload) {
      long size = upload.parts.values().stream().mapToLong(Part::size).sum();
      headers.put("Content-Length", String.valueOf(size));
    }
    headers.put("ETag", etag);
    headers.put("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    objects.put(upload.key, new Stored(headers));
    return xml(
        "CompleteMultipartUploadResult",
        element("Bucket", SinkS3.BUCKET)
            + element("Key", upload.key)
            + element("ETag", etag.replace("\"", "&quot;")));
  }

  private static Answer noUpload() {
    return error(404, "NoSuchUpload");
  }

  private static Answer error(int status, String code) {
    return Answer.xml(status, element("Error", element("Code", code)));
  }

  private static Answer xml(String root, String content) {
    return Answer.xml(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element(root, content));
  }

  private static String element(String name, Object value) {
    return "<" + name + ">" + value + "</" + name + ">";
  }
}
