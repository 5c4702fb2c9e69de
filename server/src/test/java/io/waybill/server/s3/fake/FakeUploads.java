package io.waybill.server.s3.fake;

import io.waybill.server.s3.fake.FakeUpload.FakePart;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The unfinished multipart uploads of one bucket. */
final class FakeUploads {
  private static final int MAX_PARTS = 10_000;

  private final TreeMap<String, FakeUpload> uploads = new TreeMap<>();
  private final InstantSource clock;
  private int lastNumber;

  FakeUploads(InstantSource clock) {
    this.clock = clock;
  }

  List<FakeUpload> all() {
    return List.copyOf(uploads.values());
  }

  Answer create(Call call) {
    String algorithm = call.header("x-amz-checksum-algorithm").orElse("").toLowerCase(Locale.ROOT);
    if (!algorithm.isEmpty() && !Sums.ALGORITHMS.contains(algorithm)) {
      throw S3Error.invalidRequest("Checksum algorithm provided is unsupported.");
    }
    String byDefault = algorithm.equals("sha256") ? "COMPOSITE" : "FULL_OBJECT";
    boolean composite = call.header("x-amz-checksum-type").orElse(byDefault).equals("COMPOSITE");
    boolean possible = composite ? !algorithm.equals("crc64nvme") : !algorithm.equals("sha256");
    if (!possible) {
      throw S3Error.invalidRequest(
          "The checksum type cannot be used with the " + algorithm + " checksum algorithm.");
    }
    // Ids in the order of creation, which is how S3 lists those of one key.
    String id = String.format(Locale.ROOT, "upload-%08d", ++lastNumber);
    uploads.put(
        id,
        new FakeUpload(
            id,
            call.key(),
            FakeObjects.headersToKeep(call),
            algorithm,
            composite,
            clock.instant(),
            new TreeMap<>()));
    Xml xml = new Xml().open("InitiateMultipartUploadResult").text("Bucket", call.bucket());
    xml.text("Key", call.key()).text("UploadId", id).close("InitiateMultipartUploadResult");
    return Answer.xml(200, xml);
  }

  Answer putPart(Call call) {
    FakeUpload upload = require(call);
    if (call.partNumber() < 1 || call.partNumber() > MAX_PARTS) {
      throw new S3Error(
          400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
    }
    String algorithm = BodyCheck.verify(call);
    if (!algorithm.equals(upload.algorithm())) {
      throw S3Error.invalidRequest(
          "Checksum Type mismatch occurred, expected checksum Type: "
              + orNull(upload.algorithm())
              + ", actual checksum Type: "
              + orNull(algorithm));
    }
    String checksum = algorithm.isEmpty() ? "" : Sums.base64(algorithm, call.body());
    String etag = Sums.md5Hex(call.body());
    upload
        .parts()
        .put(call.partNumber(), new FakePart(call.body(), etag, checksum, clock.instant()));
    Answer answer = Answer.of(200, Map.of("ETag", '"' + etag + '"'));
    return algorithm.isEmpty()
        ? answer
        : answer.with(Map.of("x-amz-checksum-" + algorithm, checksum));
  }

  Answer abort(Call call) {
    uploads.remove(require(call).id());
    return Answer.of(204, Map.of());
  }

  /** The upload that a request names. */
  FakeUpload require(Call call) {
    FakeUpload upload = uploads.get(call.parameter("uploadId").orElse(""));
    if (upload == null || !upload.key().equals(call.key())) {
      throw S3Error.noSuchUpload();
    }
    return upload;
  }

  void remove(FakeUpload upload) {
    uploads.remove(upload.id());
  }

  private static String orNull(String algorithm) {
    return algorithm.isEmpty() ? "null" : algorithm;
  }
}
