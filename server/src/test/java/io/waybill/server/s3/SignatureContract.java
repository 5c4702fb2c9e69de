package io.waybill.server.s3;

import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.THREE_PARTS;
import static io.waybill.server.s3.TestUploads.active;
import static io.waybill.server.s3.TestUploads.bytes;
import static io.waybill.server.s3.TestUploads.multipart;
import static io.waybill.server.s3.TestUploads.planned;
import static io.waybill.server.s3.TestUploads.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.UploadSpec;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.SdkException;

/** What a signed URL pins: all of it is tried over the wire. */
interface SignatureContract {

  S3Bench s3();

  @Test
  default void refusesABodyOfAnotherLength() {
    UploadSpec put = single(10).spec();
    UploadSpec parts = multipart(PartPlan.whole(10)).spec();
    SignedPart single = s3().sign(put, "", 1, bytes(10));
    SignedPart part = s3().sign(parts, s3().store().createMultipartUpload(parts), 1, bytes(10));

    for (int size : List.of(0, 9, 11)) {
      assertThat(SignedPut.send(single, bytes(size)).statusCode()).isEqualTo(403);
      assertThat(SignedPut.send(part, bytes(size)).statusCode()).isEqualTo(403);
    }
    assertThat(s3().store().head(put)).isEmpty();
  }

  @Test
  default void refusesAChunkedBody() {
    UploadSpec put = single(10).spec();
    byte[] body = bytes(10);

    HttpResponse<String> response =
        SignedPut.of(s3().sign(put, "", 1, body))
            .send(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));

    assertThat(response.statusCode()).isIn(403, 411);
    assertThat(s3().store().head(put)).isEmpty();
  }

  @Test
  default void refusesASinglePutWithOtherHeaders() {
    UploadSpec put = single(10).spec();
    byte[] body = bytes(10);
    SignedPut signed = SignedPut.of(s3().sign(put, "", 1, body));

    assertThat(signed.with("content-type", "text/html").send(body).statusCode()).isEqualTo(403);
    assertThat(signed.without("content-type").send(body).statusCode()).isEqualTo(403);
    assertThat(signed.without("if-none-match").send(body).statusCode()).isEqualTo(403);
    assertThat(signed.without("x-amz-meta-origin").send(body).statusCode()).isEqualTo(403);
    assertThat(
            signed
                .with("x-amz-meta-waybill-upload-id", TestUploads.nextId().toString())
                .send(body)
                .statusCode())
        .isEqualTo(403);
    assertThat(s3().store().head(put)).isEmpty();
    assertThat(signed.send(body).statusCode()).isEqualTo(200);
  }

  @Test
  default void refusesAHeaderThatWasNotSigned() {
    UploadSpec put = single(10).spec();
    byte[] body = bytes(10);

    int status =
        SignedPut.of(s3().sign(put, "", 1, body))
            .with("x-amz-meta-more", "1")
            .send(body)
            .statusCode();

    assertThat(status).isEqualTo(s3().lets(Leniency.UNSIGNED_HEADERS) ? 200 : 403);
  }

  @Test
  default void refusesAUrlThatWasChanged() {
    UploadSpec spec = multipart(THREE_PARTS).spec();
    String id = s3().store().createMultipartUpload(spec);
    String otherId = s3().store().createMultipartUpload(spec);
    UploadSpec tiny = planned(spec, PartPlan.whole(10));
    byte[] body = bytes(10);
    SignedPut signed = SignedPut.of(s3().sign(tiny, id, 1, body));
    String url = signed.url();
    int end = url.indexOf("X-Amz-Signature=") + "X-Amz-Signature=".length();
    char changed = url.charAt(end) == '0' ? '1' : '0';

    List<String> urls =
        List.of(
            url.substring(0, end) + changed + url.substring(end + 1),
            url.replace("partNumber=1", "partNumber=2"),
            url.replace("film.mp4", "other.mp4"),
            url.replace(id, otherId),
            url.replaceAll("X-Amz-Expires=\\d+", "X-Amz-Expires=604800"),
            url.replaceAll("&?X-Amz-Signature=[0-9a-f]+", ""));

    for (String other : urls) {
      assertThat(other).isNotEqualTo(url);
      assertThat(signed.to(other).send(body).statusCode()).as(other).isBetween(400, 403);
    }
    assertThat(s3().listAll(spec, id, 1000)).isEmpty();
    assertThat(signed.send(body).statusCode()).isEqualTo(200);
  }

  @Test
  default void refusesAUrlThatHasEnded() {
    UploadSpec spec = single(10).spec();
    byte[] body = bytes(10);
    SignedPart part =
        s3().storage()
            .urlSigner()
            .sign(active(spec, ""), 1, null, Instant.now(), Instant.now().plusMillis(2500));

    Awaitility.await().until(() -> Instant.now().isAfter(part.expireTime().plusSeconds(1)));
    HttpResponse<String> response = SignedPut.send(part, body);

    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body()).contains("expired");
    assertThat(s3().store().head(spec)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  default void refusesABodyThatIsNotTheChecksums(ChecksumAlgorithm algorithm) {
    UploadSpec put = single(100).with(algorithm).spec();
    UploadSpec parts = multipart(PartPlan.whole(100)).with(algorithm).spec();
    String id = s3().store().createMultipartUpload(parts);
    byte[] file = bytes(100);
    byte[] corrupted = file.clone();
    corrupted[50] ^= 1;
    SignedPart single = s3().sign(put, "", 1, file);
    SignedPart part = s3().sign(parts, id, 1, file);

    HttpResponse<String> refusedPut = SignedPut.send(single, corrupted);
    HttpResponse<String> refusedPart = SignedPut.send(part, corrupted);

    assertThat(refusedPut.statusCode()).as(refusedPut.body()).isEqualTo(400);
    assertThat(refusedPart.statusCode()).as(refusedPart.body()).isEqualTo(400);
    assertThat(s3().store().head(put)).isEmpty();
    assertThat(s3().listAll(parts, id, 1000)).isEmpty();
    for (String header : part.headers().keySet()) {
      assertThat(SignedPut.of(part).without(header).send(file).statusCode())
          .as("without " + header)
          .isEqualTo(403);
    }
    assertThat(SignedPut.send(part, file).statusCode()).isEqualTo(200);
  }

  @Test
  default void refusesAPartWhoseChecksumWasNotDeclared() {
    UploadSpec plain = multipart(PartPlan.whole(10)).spec();
    UploadSpec summed = multipart(PartPlan.whole(10)).with(ChecksumAlgorithm.CRC32C).spec();
    String plainId = s3().store().createMultipartUpload(plain);
    String summedId = s3().store().createMultipartUpload(summed);
    byte[] body = bytes(10);

    List<HttpResponse<String>> responses =
        List.of(
            s3().putPart(TestUploads.summed(plain, ChecksumAlgorithm.CRC32C), plainId, 1, body),
            s3().putPart(TestUploads.summed(summed, ChecksumAlgorithm.SHA256), summedId, 1, body),
            s3().putPart(TestUploads.summed(summed, ChecksumAlgorithm.NONE), summedId, 1, body));

    assertThat(responses)
        .extracting(HttpResponse::statusCode)
        .containsOnly(s3().lets(Leniency.UNDECLARED_CHECKSUMS) ? 200 : 400);
    assertThat(
            s3().putPart(TestUploads.summed(plain, ChecksumAlgorithm.MD5), plainId, 1, body)
                .statusCode())
        .isEqualTo(200);
  }

  /** I8 on every store: the checksum is signed, and no store takes other bytes under it. */
  @ParameterizedTest
  @EnumSource(value = ChecksumAlgorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  default void altersNoFinishedObjectByALatePartWithAChecksum(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(PartPlan.whole(10)).with(algorithm).spec();
    byte[] file = bytes(10);
    String id = s3().store().createMultipartUpload(spec);
    SignedPart part = s3().sign(spec, id, 1, file);
    s3().store().completeMultipartUpload(spec, id, s3().putAll(spec, id, file));

    assertThat(SignedPut.send(part, bytes(10)).statusCode()).isBetween(400, 404);

    assertThat(s3().read(spec)).isEqualTo(file);
  }

  @Test
  default void altersNoFinishedObjectByALatePart() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    byte[] file = bytes(10);
    String id = s3().store().createMultipartUpload(spec);
    SignedPart part = s3().sign(spec, id, 1, file);
    s3().store().completeMultipartUpload(spec, id, s3().putAll(spec, id, file));

    int status = SignedPut.send(part, bytes(10)).statusCode();

    if (s3().lets(Leniency.LATE_PARTS_BREAK_OBJECTS)) { // which is why none is signed there
      assertThat(status).isEqualTo(200);
      assertThatThrownBy(() -> s3().read(spec)).isInstanceOf(SdkException.class);
      return;
    }
    assertThat(status).isEqualTo(s3().lets(Leniency.TAKES_PARTS_OF_UNKNOWN_UPLOADS) ? 200 : 404);
    assertThat(s3().read(spec)).isEqualTo(file);
    assertThat(s3().store().listMultipartUploads(DESTINATION, BUCKET, spec.key())).isEmpty();
  }

  @Test
  default void refusesASecondSinglePut() {
    UploadSpec spec = single(10).spec();
    byte[] file = bytes(10);
    SignedPart part = s3().sign(spec, "", 1, file);

    assertThat(SignedPut.send(part, file).statusCode()).isEqualTo(200);
    assertThat(SignedPut.send(part, bytes(10)).statusCode()).isEqualTo(412);
    assertThat(s3().read(spec)).isEqualTo(file);
  }
}
