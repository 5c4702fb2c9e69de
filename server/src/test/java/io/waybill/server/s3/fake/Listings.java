package io.waybill.server.s3.fake;

import io.waybill.server.s3.fake.FakeUpload.FakePart;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The listings of multipart uploads, in pages. */
final class Listings {
  private static final int MAX_PAGE = 1000;

  private Listings() {}

  static Answer parts(Call call, FakeUpload upload) {
    int marker = call.parameter("part-number-marker").map(Integer::parseInt).orElse(0);
    int most = pageSize(call, "max-parts");
    List<Map.Entry<Integer, FakePart>> rest =
        List.copyOf(upload.parts().tailMap(marker, false).entrySet());
    List<Map.Entry<Integer, FakePart>> page = rest.subList(0, Math.min(most, rest.size()));
    Xml xml =
        new Xml().open("ListPartsResult").text("Bucket", call.bucket()).text("Key", upload.key());
    xml.text("UploadId", upload.id()).text("MaxParts", most);
    xml.text("PartNumberMarker", marker);
    if (!page.isEmpty()) {
      xml.text("NextPartNumberMarker", page.get(page.size() - 1).getKey());
    }
    xml.text("IsTruncated", page.size() < rest.size());
    for (Map.Entry<Integer, FakePart> entry : page) {
      FakePart part = entry.getValue();
      xml.open("Part").text("PartNumber", entry.getKey()).text("ETag", '"' + part.etag() + '"');
      xml.text("Size", part.bytes().length).text("LastModified", part.time());
      if (!upload.algorithm().isEmpty()) {
        xml.text(checksumElement(upload.algorithm()), part.checksum());
      }
      xml.close("Part");
    }
    return Answer.xml(200, xml.close("ListPartsResult"));
  }

  static Answer uploads(Call call, List<FakeUpload> all) {
    String prefix = call.parameter("prefix").orElse("");
    String keyMarker = call.parameter("key-marker").orElse("");
    String idMarker = call.parameter("upload-id-marker").orElse("");
    int most = pageSize(call, "max-uploads");
    List<FakeUpload> rest =
        all.stream()
            .filter(upload -> upload.key().startsWith(prefix))
            .filter(upload -> isAfter(upload, keyMarker, idMarker))
            .sorted(Comparator.comparing(FakeUpload::key).thenComparing(FakeUpload::id))
            .toList();
    List<FakeUpload> page = rest.subList(0, Math.min(most, rest.size()));
    boolean encode = call.parameter("encoding-type").filter("url"::equals).isPresent();
    Xml xml = new Xml().open("ListMultipartUploadsResult").text("Bucket", call.bucket());
    if (encode) {
      xml.text("EncodingType", "url");
    }
    xml.text("Prefix", key(prefix, encode)).text("MaxUploads", most);
    xml.text("IsTruncated", page.size() < rest.size());
    if (page.size() < rest.size()) {
      FakeUpload last = page.get(page.size() - 1);
      xml.text("NextKeyMarker", key(last.key(), encode)).text("NextUploadIdMarker", last.id());
    }
    for (FakeUpload upload : page) {
      xml.open("Upload").text("Key", key(upload.key(), encode)).text("UploadId", upload.id());
      xml.text("Initiated", upload.initiated()).close("Upload");
    }
    return Answer.xml(200, xml.close("ListMultipartUploadsResult"));
  }

  private static boolean isAfter(FakeUpload upload, String keyMarker, String idMarker) {
    int order = upload.key().compareTo(keyMarker);
    // Without an upload id the key's own uploads are left out.
    return order > 0 || (order == 0 && !idMarker.isEmpty() && upload.id().compareTo(idMarker) > 0);
  }

  /** Amazon's encoding is that of forms: a space is a plus. */
  private static String key(String key, boolean encode) {
    return encode ? SigV4Check.encoded(key, true).replace("%20", "+") : key;
  }

  private static int pageSize(Call call, String parameter) {
    return Math.min(MAX_PAGE, call.parameter(parameter).map(Integer::parseInt).orElse(MAX_PAGE));
  }

  /** The XML element of a checksum. */
  static String checksumElement(String algorithm) {
    return "Checksum" + algorithm.toUpperCase(Locale.ROOT);
  }
}
