package io.waybill.server.s3;

import static io.waybill.server.s3.S3Bench.checksumsOf;
import static io.waybill.server.s3.S3Bench.cut;
import static io.waybill.server.s3.S3Bench.etagOf;
import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.CONTENT_TYPE;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.THREE_PARTS;
import static io.waybill.server.s3.TestUploads.bytes;
import static io.waybill.server.s3.TestUploads.multipart;
import static io.waybill.server.s3.TestUploads.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.ObjectStore.FoundObject;
import io.waybill.server.upload.ObjectStore.ListedUpload;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** How bytes become objects: in parts, or in a single PUT. */
interface UploadContract {

  S3Bench s3();

  @ParameterizedTest
  @EnumSource
  default void putsAnObjectTogetherFromItsParts(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(THREE_PARTS).with(algorithm).spec();
    byte[] file = bytes((int) THREE_PARTS.sizeBytes());

    String id = s3().store().createMultipartUpload(spec);
    List<Part> sent = s3().putAll(spec, id, file);
    List<Part> listed = s3().listAll(spec, id, 1000);
    StoredObject done = s3().store().completeMultipartUpload(spec, id, sent);
    FoundObject found = s3().store().head(spec).orElseThrow();

    assertThat(listed)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("time", "checksum")
        .isEqualTo(sent);
    if (algorithm.isDeclaredToStorage() && !s3().lets(Leniency.LISTS_NO_CHECKSUMS)) {
      assertThat(listed).extracting(Part::checksum).isEqualTo(checksumsOf(sent));
    } else {
      assertThat(listed).extracting(Part::checksum).containsOnlyNulls();
    }
    assertThat(done.sizeBytes()).isEqualTo(file.length);
    assertThat(done.etag()).isNotEmpty().doesNotContain("\"");
    assertThat(found.object()).isEqualTo(s3().shown(done));
    assertThat(found.isOf(spec)).isTrue();
    assertThat(done.checksum()).isEqualTo(TestChecksums.ofObject(algorithm, file, cut(file)));
    assertThat(s3().read(spec)).isEqualTo(file);
    HeadObjectResponse head = s3().headRaw(spec);
    assertThat(head.contentType()).isEqualTo(CONTENT_TYPE);
    assertThat(head.metadata()).containsEntry("origin", "test");
  }

  @ParameterizedTest
  @EnumSource
  default void takesAnObjectInASinglePut(ChecksumAlgorithm algorithm) {
    UploadSpec spec = single(1000).with(algorithm).spec();
    byte[] file = bytes(1000);

    HttpResponse<String> response = s3().putPart(spec, "", 1, file);
    FoundObject found = s3().store().head(spec).orElseThrow();

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(found.isOf(spec)).isTrue();
    assertThat(found.object().sizeBytes()).isEqualTo(1000);
    assertThat(found.object().etag()).isEqualTo(etagOf(response));
    if (algorithm.isDeclaredToStorage()) {
      StoredObject object = found.object();
      Checksum sum = TestChecksums.of(algorithm, file);
      assertThat(object)
          .isEqualTo(s3().shown(new StoredObject(object.etag(), object.versionId(), 1000, sum)));
    }
    assertThat(s3().read(spec)).isEqualTo(file);
    HeadObjectResponse head = s3().headRaw(spec);
    assertThat(head.contentType()).isEqualTo(CONTENT_TYPE);
    assertThat(head.metadata()).containsEntry("origin", "test");
  }

  @ParameterizedTest
  @EnumSource
  default void returnsTheHeadersToReport(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(PartPlan.whole(100)).with(algorithm).spec();
    byte[] file = bytes(100);

    SignedPart part = s3().sign(spec, s3().store().createMultipartUpload(spec), 1, file);
    HttpResponse<String> response = SignedPut.send(part, file);

    assertThat(part.reportHeaders()).contains("ETag");
    assertThat(response.headers().map().keySet())
        .usingElementComparator(String.CASE_INSENSITIVE_ORDER)
        .containsAll(part.reportHeaders());
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "MD5", "CRC64NVME", "SHA256"})
  default void takesAnEmptyFile(ChecksumAlgorithm algorithm) {
    UploadSpec put = single(0).with(algorithm).spec();
    UploadSpec parts = multipart(PartPlan.whole(0)).with(algorithm).spec();

    HttpResponse<String> response = s3().putPart(put, "", 1, new byte[0]);
    String id = s3().store().createMultipartUpload(parts);
    s3().store().completeMultipartUpload(parts, id, s3().putAll(parts, id, new byte[0]));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(s3().store().head(put).orElseThrow().object().sizeBytes()).isZero();
    assertThat(s3().store().head(parts).orElseThrow().object().sizeBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a file.mp4",
        "a+b=c&d.mp4",
        "100%.mp4",
        "a%2Fb.mp4",
        "\"quoted\" 'twice'.mp4",
        "(1) [2] {3}; #4, 5?; ~!@$^*.mp4",
        "<tag>&amp;.mp4",
        "Ärger im März.mp4",
        "文件 – 📷.mp4",
        ".hidden",
        "a  b.mp4"
      })
  default void takesAnyKeyAsItIs(String name) {
    UploadSpec put = single(3).specAt("in/" + TestUploads.nextId() + "/" + name);
    UploadSpec parts =
        multipart(PartPlan.whole(3)).specAt("in/" + TestUploads.nextId() + "/" + name);

    HttpResponse<String> response = s3().putPart(put, "", 1, bytes(3));
    String id = s3().store().createMultipartUpload(parts);
    List<ListedUpload> listed = s3().store().listMultipartUploads(DESTINATION, BUCKET, parts.key());
    s3().store().completeMultipartUpload(parts, id, s3().putAll(parts, id, bytes(3)));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(s3().store().head(put).orElseThrow().isOf(put)).isTrue();
    assertThat(listed).singleElement().returns(id, ListedUpload::storageUploadId);
    assertThat(listed.get(0).mayBeAt(parts.key())).isTrue();
    assertThat(s3().store().head(parts).orElseThrow().isOf(parts)).isTrue();
    assertThat(s3().keysUnder(put.key())).containsExactly(put.key());
  }

  @Test
  default void keepsMetadataAsItIs() {
    Map<String, String> metadata =
        Map.of(
            "quotes",
            "\"a\" 'b'",
            "punctuation",
            "a,b;c=d&e%20+/\\<>",
            "inner",
            "a  b",
            "n.a_m-e",
            "1");
    UploadSpec put = single(3).with(metadata).spec();
    UploadSpec parts = multipart(PartPlan.whole(3)).with(metadata).spec();

    HttpResponse<String> response = s3().putPart(put, "", 1, bytes(3));
    String id = s3().store().createMultipartUpload(parts);
    s3().store().completeMultipartUpload(parts, id, s3().putAll(parts, id, bytes(3)));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(s3().headRaw(put).metadata()).containsAllEntriesOf(metadata);
    assertThat(s3().headRaw(parts).metadata()).containsAllEntriesOf(metadata);
  }
}
