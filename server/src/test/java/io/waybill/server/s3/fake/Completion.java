package io.waybill.server.s3.fake;

import io.waybill.server.s3.fake.FakeUpload.FakePart;
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** CompleteMultipartUpload: what S3 checks, and what it makes of the parts. */
final class Completion {
  private final FakeUploads uploads;
  private final FakeObjects objects;
  private final long minPartBytes;
  private final InstantSource clock;
  private final Map<String, Finished> finished = new HashMap<>();

  /** What was asked of a Complete that succeeded, and what it answered. */
  private record Finished(Manifest manifest, Answer answer) {}

  Completion(FakeUploads uploads, FakeObjects objects, long minPartBytes, InstantSource clock) {
    this.uploads = uploads;
    this.objects = objects;
    this.minPartBytes = minPartBytes;
    this.clock = clock;
  }

  Answer complete(Call call) {
    Manifest manifest = Manifest.parse(call.body());
    Finished before = finished.get(call.parameter("uploadId").orElse(""));
    if (before != null && before.manifest.equals(manifest)) {
      return before.answer;
    }
    FakeUpload upload = uploads.require(call);
    List<FakePart> parts = partsOf(upload, manifest);
    requireSize(call, parts);
    objects.requireAbsentIfAsked(call);
    FakeObject object = assembled(upload, parts);
    objects.store(upload.key(), object);
    uploads.remove(upload);
    Xml xml = new Xml().open("CompleteMultipartUploadResult").text("Bucket", call.bucket());
    xml.text("Key", upload.key()).text("ETag", '"' + object.etag() + '"');
    xml.text(Listings.checksumElement(object.algorithm()), object.checksum());
    xml.text("ChecksumType", object.composite() ? "COMPOSITE" : "FULL_OBJECT");
    Answer answer = Answer.xml(200, xml.close("CompleteMultipartUploadResult"));
    finished.put(upload.id(), new Finished(manifest, answer));
    return answer;
  }

  private static void requireSize(Call call, List<FakePart> parts) {
    long size = parts.stream().mapToLong(part -> part.bytes().length).sum();
    call.header("x-amz-mp-object-size")
        .filter(claimed -> Long.parseLong(claimed) != size)
        .ifPresent(
            claimed -> {
              throw S3Error.invalidRequest(
                  "The provided 'x-amz-mp-object-size' header value "
                      + claimed
                      + " does not match what was computed: "
                      + size);
            });
  }

  private List<FakePart> partsOf(FakeUpload upload, Manifest manifest) {
    List<FakePart> parts = new ArrayList<>();
    int last = 0;
    for (Manifest.Entry entry : manifest.parts()) {
      if (entry.number() <= last) {
        throw new S3Error(
            400,
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.");
      }
      last = entry.number();
      parts.add(part(upload, entry));
    }
    for (FakePart part : parts.subList(0, parts.size() - 1)) {
      if (part.bytes().length < minPartBytes) {
        throw new S3Error(
            400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
      }
    }
    return parts;
  }

  private static FakePart part(FakeUpload upload, Manifest.Entry entry) {
    String algorithm = upload.algorithm();
    String claimed = entry.checksums().getOrDefault(algorithm, "");
    if (!algorithm.isEmpty() && claimed.isEmpty()) {
      throw S3Error.invalidRequest(
          "The upload was created using a "
              + algorithm
              + " checksum. The complete request must include the checksum for each part. It was"
              + " missing for part "
              + entry.number()
              + " in the request.");
    }
    FakePart part = upload.parts().get(entry.number());
    if (part == null || !part.etag().equals(entry.etag()) || !part.checksum().equals(claimed)) {
      throw new S3Error(
          400,
          "InvalidPart",
          "One or more of the specified parts could not be found.  The part may not have been"
              + " uploaded, or the specified entity tag may not match the part's entity tag.");
    }
    return part;
  }

  private FakeObject assembled(FakeUpload upload, List<FakePart> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(part -> all.writeBytes(part.bytes()));
    byte[] bytes = all.toByteArray();
    List<byte[]> md5s = parts.stream().map(part -> Sums.of("md5", part.bytes())).toList();
    String etag = HexFormat.of().formatHex(Sums.composite("md5", md5s));
    String algorithm = upload.algorithm().isEmpty() ? "crc64nvme" : upload.algorithm();
    String checksum;
    if (upload.composite()) {
      List<byte[]> sums =
          parts.stream().map(part -> Base64.getDecoder().decode(part.checksum())).toList();
      byte[] composite = Sums.composite(algorithm, sums);
      checksum = Base64.getEncoder().encodeToString(composite) + "-" + parts.size();
    } else {
      checksum = Sums.base64(algorithm, bytes);
    }
    return new FakeObject(
        bytes,
        etag + "-" + parts.size(),
        upload.headers(),
        algorithm,
        checksum,
        upload.composite(),
        clock.instant());
  }
}
