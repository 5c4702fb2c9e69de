package io.waybill.server.s3;

import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.CONTENT_TYPE;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.active;
import static io.waybill.server.s3.TestUploads.bytes;
import static io.waybill.server.s3.TestUploads.multipart;
import static io.waybill.server.s3.TestUploads.planned;
import static io.waybill.server.s3.TestUploads.single;
import static io.waybill.server.upload.S3Limits.MIN_PART_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.ObjectStore.FoundObject;
import io.waybill.server.upload.ObjectStore.ListedUpload;
import io.waybill.server.upload.ObjectStore.PartPage;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What Waybill expects of an S3 and of its own adapter to it: one set of assertions over every
 * server, with plain HTTP PUTs of the signed requests. Where a server lets something pass that
 * Amazon refuses, it says so by one of the methods at the end, and the contract then asserts that
 * it does let it pass.
 */
abstract class ObjectStoreContract {
  static final String ACCESS_KEY = "AKIDEXAMPLE";
  static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  private static final PartPlan THREE_PARTS =
      PartPlan.inParts(2 * MIN_PART_BYTES + 1000, MIN_PART_BYTES);

  private S3Storage storage;
  private ObjectStore store;
  private S3Client reader;

  /** Where the server listens; it has the bucket of {@link TestUploads}. */
  abstract URI endpoint();

  abstract String region();

  @BeforeEach
  void open() {
    storage = open(endpoint(), SECRET_KEY);
    store = storage.objectStore();
    reader =
        S3Client.builder()
            .httpClient(Apache5HttpClient.create())
            .region(Region.of(region()))
            .endpointOverride(endpoint())
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            // The fake does not read signed chunks.
            .serviceConfiguration(c -> c.chunkedEncodingEnabled(false))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
            .build();
  }

  @AfterEach
  void close() {
    reader.close();
    storage.close();
  }

  private S3Storage open(URI where, String secretKey) {
    S3Connection connection = new S3Connection(DESTINATION, region(), where, null, true);
    return S3Storage.open(List.of(connection), ACCESS_KEY, secretKey, Clock.systemUTC());
  }

  // The way it goes.

  @ParameterizedTest
  @EnumSource
  void putsAnObjectTogetherFromItsParts(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(THREE_PARTS).with(algorithm).spec();
    byte[] file = bytes((int) THREE_PARTS.sizeBytes());

    String id = store.createMultipartUpload(spec);
    List<Part> sent = putAll(spec, id, file);
    List<Part> listed = listAll(spec, id, 1000);
    StoredObject done = store.completeMultipartUpload(spec, id, sent);
    FoundObject found = store.head(spec).orElseThrow();

    assertThat(listed)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("time", "checksum")
        .isEqualTo(sent);
    if (algorithm.isDeclaredToStorage() && listsChecksumsOfParts()) {
      assertThat(listed).extracting(Part::checksum).isEqualTo(checksumsOf(sent));
    } else {
      assertThat(listed).extracting(Part::checksum).containsOnlyNulls();
    }
    assertThat(done.sizeBytes()).isEqualTo(file.length);
    assertThat(done.etag()).isNotEmpty().doesNotContain("\"");
    assertThat(found.object()).isEqualTo(done);
    assertThat(found.isOf(spec)).isTrue();
    assertThat(done.checksum()).isEqualTo(TestChecksums.ofObject(algorithm, file, cut(file)));
    assertThat(read(spec)).isEqualTo(file);
    HeadObjectResponse head = headRaw(spec);
    assertThat(head.contentType()).isEqualTo(CONTENT_TYPE);
    assertThat(head.metadata()).containsEntry("origin", "test");
  }

  @ParameterizedTest
  @EnumSource
  void takesAnObjectInASinglePut(ChecksumAlgorithm algorithm) {
    UploadSpec spec = single(1000).with(algorithm).spec();
    byte[] file = bytes(1000);

    HttpResponse<String> response = putPart(spec, "", 1, file);
    FoundObject found = store.head(spec).orElseThrow();

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(found.isOf(spec)).isTrue();
    assertThat(found.object().sizeBytes()).isEqualTo(1000);
    assertThat(found.object().etag()).isEqualTo(etagOf(response));
    if (algorithm.isDeclaredToStorage()) {
      assertThat(found.object().checksum()).isEqualTo(TestChecksums.of(algorithm, file));
    }
    assertThat(read(spec)).isEqualTo(file);
    HeadObjectResponse head = headRaw(spec);
    assertThat(head.contentType()).isEqualTo(CONTENT_TYPE);
    assertThat(head.metadata()).containsEntry("origin", "test");
  }

  @ParameterizedTest
  @EnumSource
  void returnsTheHeadersToReport(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(PartPlan.whole(100)).with(algorithm).spec();
    byte[] file = bytes(100);

    SignedPart part = sign(spec, store.createMultipartUpload(spec), 1, file);
    HttpResponse<String> response = SignedPut.send(part, file);

    assertThat(part.reportHeaders()).contains("ETag");
    assertThat(response.headers().map().keySet())
        .usingElementComparator(String.CASE_INSENSITIVE_ORDER)
        .containsAll(part.reportHeaders());
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "MD5", "CRC64NVME", "SHA256"})
  void takesAnEmptyFile(ChecksumAlgorithm algorithm) {
    UploadSpec put = single(0).with(algorithm).spec();
    UploadSpec parts = multipart(PartPlan.whole(0)).with(algorithm).spec();

    HttpResponse<String> response = putPart(put, "", 1, new byte[0]);
    String id = store.createMultipartUpload(parts);
    store.completeMultipartUpload(parts, id, putAll(parts, id, new byte[0]));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(store.head(put).orElseThrow().object().sizeBytes()).isZero();
    assertThat(store.head(parts).orElseThrow().object().sizeBytes()).isZero();
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
  void takesAnyKeyAsItIs(String name) {
    UploadSpec put = single(3).specAt("in/" + TestUploads.nextId() + "/" + name);
    UploadSpec parts =
        multipart(PartPlan.whole(3)).specAt("in/" + TestUploads.nextId() + "/" + name);

    HttpResponse<String> response = putPart(put, "", 1, bytes(3));
    String id = store.createMultipartUpload(parts);
    List<ListedUpload> listed = store.listMultipartUploads(DESTINATION, BUCKET, parts.key());
    store.completeMultipartUpload(parts, id, putAll(parts, id, bytes(3)));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(store.head(put).orElseThrow().isOf(put)).isTrue();
    assertThat(listed).extracting(ListedUpload::key).containsExactly(parts.key());
    assertThat(store.head(parts).orElseThrow().isOf(parts)).isTrue();
    assertThat(keysUnder(put.key())).containsExactly(put.key());
  }

  @Test
  void keepsMetadataAsItIs() {
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

    HttpResponse<String> response = putPart(put, "", 1, bytes(3));
    String id = store.createMultipartUpload(parts);
    store.completeMultipartUpload(parts, id, putAll(parts, id, bytes(3)));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(headRaw(put).metadata()).containsAllEntriesOf(metadata);
    assertThat(headRaw(parts).metadata()).containsAllEntriesOf(metadata);
  }

  // Listing.

  @Test
  void listsPartsOverPages() {
    UploadSpec spec = multipart(THREE_PARTS).spec();
    String id = store.createMultipartUpload(spec);
    for (int number : List.of(5, 2, 1, 10_000, 3)) {
      putTiny(spec, id, number);
    }

    assertThat(listAll(spec, id, 2)).extracting(Part::number).containsExactly(1, 2, 3, 5, 10_000);
    assertThat(store.listParts(spec, id, 3, 1000).parts())
        .extracting(Part::number)
        .containsExactly(5, 10_000);
    assertThat(store.listParts(spec, id, 10_000, 1000)).isEqualTo(new PartPage(List.of(), false));
    if (pagesParts()) {
      assertThat(store.listParts(spec, id, 0, 2).parts()).hasSize(2);
    }
  }

  @Test
  void listsTheLatestOfAPartPutTwice() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    String id = store.createMultipartUpload(spec);

    putPart(spec, id, 1, bytes(10));
    String etag = etagOf(putPart(spec, id, 1, bytes(10)));

    assertThat(listAll(spec, id, 1000)).extracting(Part::etag).containsExactly(etag);
  }

  @Test
  void listsUploadsByPrefix() {
    UploadSpec first = multipart(PartPlan.whole(1)).spec();
    UploadSpec second = multipart(PartPlan.whole(1)).spec();
    String firstId = store.createMultipartUpload(first);
    String again = store.createMultipartUpload(first);
    String secondId = store.createMultipartUpload(second);

    assertThat(store.listMultipartUploads(DESTINATION, BUCKET, first.key()))
        .extracting(ListedUpload::storageUploadId)
        .containsExactlyInAnyOrder(firstId, again);
    assertThat(store.listMultipartUploads(DESTINATION, BUCKET, "in/"))
        .extracting(ListedUpload::storageUploadId)
        .contains(firstId, again, secondId);
    assertThat(store.listMultipartUploads(DESTINATION, BUCKET, "out/")).isEmpty();
    assertThat(store.listMultipartUploads(DESTINATION, BUCKET, first.key()).get(0).initiated())
        .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(600));
    store.abortMultipartUpload(first, again);
    assertThat(store.listMultipartUploads(DESTINATION, BUCKET, first.key()))
        .extracting(ListedUpload::storageUploadId)
        .containsExactly(firstId);
  }

  // Giving up.

  @Test
  void knowsNothingOfAnAbortedUpload() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    byte[] body = bytes(10);
    String id = store.createMultipartUpload(spec);
    List<Part> parts = putAll(spec, id, body);

    store.abortMultipartUpload(spec, id);

    assertThat(kindOf(() -> store.abortMultipartUpload(spec, id))).isEqualTo(Kind.GONE);
    if (knowsUploadsWhenListing()) {
      assertThat(kindOf(() -> store.listParts(spec, id, 0, 1000))).isEqualTo(Kind.GONE);
    } else {
      assertThat(listAll(spec, id, 1000)).isEmpty();
    }
    assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, parts))).isEqualTo(Kind.GONE);
    assertThat(store.head(spec)).isEmpty();
    HttpResponse<String> late = putPart(spec, id, 1, body);
    assertThat(late.statusCode()).isEqualTo(refusesPartsOfUnknownUploads() ? 404 : 200);
  }

  @Test
  void deletesTheObjectItSawAndNoOther() {
    UploadSpec spec = single(3).spec();
    putPart(spec, "", 1, bytes(3));
    StoredObject seen = store.head(spec).orElseThrow().object();
    StoredObject other = new StoredObject("d41d8cd98f00b204e9800998ecf8427e", "", 3, null);

    assertThat(kindOf(() -> store.delete(spec, other))).isEqualTo(Kind.EXISTS);
    assertThat(store.head(spec)).isPresent();
    store.delete(spec, seen);
    assertThat(store.head(spec)).isEmpty();
    store.delete(spec, seen);
  }

  // Completing.

  @Test
  void refusesPartsOutOfOrder() {
    UploadSpec spec = multipart(THREE_PARTS).spec();
    String id = store.createMultipartUpload(spec);
    List<Part> parts = new ArrayList<>(putAll(spec, id, bytes((int) THREE_PARTS.sizeBytes())));
    Collections.swap(parts, 0, 1);

    if (checksOrderOfParts()) {
      assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, parts)))
          .isEqualTo(Kind.PARTS_REFUSED);
      assertThat(listAll(spec, id, 1000)).hasSize(3);
    } else {
      assertThat(store.completeMultipartUpload(spec, id, parts).etag()).isNotEmpty();
    }
  }

  @Test
  void refusesAPartThatIsTooSmall() {
    UploadSpec spec = planned(multipart(THREE_PARTS).spec(), PartPlan.whole(20));
    String id = store.createMultipartUpload(spec);
    List<Part> parts = List.of(putTiny(spec, id, 1), putTiny(spec, id, 2));

    assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, parts)))
        .isEqualTo(Kind.PARTS_REFUSED);
    assertThat(listAll(spec, id, 1000)).hasSize(2);
    assertThat(store.head(spec)).isEmpty();
  }

  @Test
  void refusesAnETagThatIsNotThePartsOwn() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    String id = store.createMultipartUpload(spec);
    Part part = putTiny(spec, id, 1);
    Part wrong = new Part(1, 10, "d41d8cd98f00b204e9800998ecf8427e", part.checksum(), part.time());

    assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, List.of(wrong))))
        .isEqualTo(Kind.PARTS_REFUSED);
    assertThat(store.completeMultipartUpload(spec, id, List.of(part)).etag()).isNotEmpty();
  }

  @Test
  void refusesAPartThatWasNeverPut() {
    UploadSpec spec = planned(multipart(THREE_PARTS).spec(), PartPlan.whole(20));
    String id = store.createMultipartUpload(spec);
    Part part = putTiny(spec, id, 1);
    List<Part> parts = List.of(part, new Part(2, 10, part.etag(), null, part.time()));

    assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, parts)))
        .isEqualTo(Kind.PARTS_REFUSED);
  }

  @Test
  void refusesASizeThatIsNotTheSumOfTheParts() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    String id = store.createMultipartUpload(spec);
    List<Part> parts = List.of(putTiny(spec, id, 1));
    UploadSpec longer = planned(spec, PartPlan.whole(11));

    if (checksObjectSize()) {
      assertThat(kindOf(() -> store.completeMultipartUpload(longer, id, parts)))
          .isEqualTo(Kind.PARTS_REFUSED);
    } else {
      store.completeMultipartUpload(longer, id, parts);
      // The answer is the plan's word; the object tells.
      assertThat(store.head(spec).orElseThrow().object().sizeBytes()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CRC32C", "SHA256"})
  void refusesAManifestWithoutChecksums(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(PartPlan.whole(10)).with(algorithm).spec();
    String id = store.createMultipartUpload(spec);
    Part part = putAll(spec, id, bytes(10)).get(0);
    List<Part> bare = List.of(new Part(1, 10, part.etag(), null, part.time()));

    if (wantsChecksumsInManifest()) {
      assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, bare)))
          .isEqualTo(Kind.PARTS_REFUSED);
    } else {
      assertThat(store.completeMultipartUpload(spec, id, bare).etag()).isNotEmpty();
    }
  }

  @Test
  void doesNotCompleteOverAnObject() {
    UploadSpec first = single(3).spec();
    UploadSpec second = multipart(PartPlan.whole(3)).specAt(first.key());
    putPart(first, "", 1, bytes(3));
    String id = store.createMultipartUpload(second);
    List<Part> parts = putAll(second, id, bytes(3));

    assertThat(kindOf(() -> store.completeMultipartUpload(second, id, parts)))
        .isEqualTo(Kind.EXISTS);
    assertThat(store.head(second).orElseThrow().isOf(first)).isTrue();
    assertThat(store.head(second).orElseThrow().isOf(second)).isFalse();
    assertThat(listAll(second, id, 1000)).hasSize(1);
  }

  @Test
  void completesOverAnObjectWhereOverwritingIsAllowed() {
    UploadSpec first = single(3).spec();
    UploadSpec second = multipart(PartPlan.whole(3)).overwriting().specAt(first.key());
    putPart(first, "", 1, bytes(3));
    String id = store.createMultipartUpload(second);
    byte[] file = bytes(3);

    store.completeMultipartUpload(second, id, putAll(second, id, file));

    assertThat(store.head(second).orElseThrow().isOf(second)).isTrue();
    assertThat(read(second)).isEqualTo(file);
  }

  @Test
  void answersARepeatedCompleteAlikeOrWithDoubt() {
    UploadSpec spec = multipart(PartPlan.whole(3)).spec();
    String id = store.createMultipartUpload(spec);
    List<Part> parts = putAll(spec, id, bytes(3));
    StoredObject done = store.completeMultipartUpload(spec, id, parts);

    if (repeatsTheAnswerOfComplete()) {
      assertThat(store.completeMultipartUpload(spec, id, parts)).isEqualTo(done);
    } else {
      assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, parts)))
          .isIn(Kind.GONE, Kind.EXISTS, Kind.UNAVAILABLE);
    }
    assertThat(store.head(spec).map(FoundObject::object)).contains(done);
    assertThat(store.listMultipartUploads(DESTINATION, BUCKET, spec.key())).isEmpty();
  }

  @Test
  void abortingACompletedUploadLeavesTheObject() {
    UploadSpec spec = multipart(PartPlan.whole(3)).spec();
    String id = store.createMultipartUpload(spec);
    store.completeMultipartUpload(spec, id, putAll(spec, id, bytes(3)));

    assertThat(kindOf(() -> store.abortMultipartUpload(spec, id))).isEqualTo(Kind.GONE);
    assertThat(store.head(spec).orElseThrow().isOf(spec)).isTrue();
  }

  // Looking.

  @Test
  void findsNothingWhereNothingIs() {
    assertThat(store.head(single(3).spec())).isEmpty();
  }

  @Test
  void tellsAStrangersObject() {
    UploadSpec spec = single(3).spec();
    reader.putObject(
        p -> p.bucket(BUCKET).key(spec.key()).metadata(Map.of("waybill-upload-id", "mine")),
        RequestBody.fromString("abc"));

    FoundObject found = store.head(spec).orElseThrow();

    assertThat(found.uploadId()).isEmpty();
    assertThat(found.isOf(spec)).isFalse();
    assertThat(found.object().sizeBytes()).isEqualTo(3);
  }

  // What S3 refuses, and what is not known of.

  @Test
  void isRefusedForWantOfRightsOrOfABucket() {
    UploadSpec spec = multipart(PartPlan.whole(3)).spec();
    try (S3Storage stranger = open(endpoint(), "another secret")) {
      assertThat(kindOf(() -> stranger.objectStore().createMultipartUpload(spec)))
          .isEqualTo(Kind.REFUSED);
      assertThat(kindOf(() -> stranger.objectStore().head(spec))).isEqualTo(Kind.REFUSED);
    }
    assertThat(kindOf(() -> store.listMultipartUploads(DESTINATION, "waybill-none", "")))
        .isEqualTo(Kind.REFUSED);
    assertThat(kindOf(() -> store.listMultipartUploads("elsewhere", BUCKET, "")))
        .isEqualTo(Kind.REFUSED);
  }

  @Test
  void isUnavailableWhereNobodyListens() {
    try (S3Storage nowhere = open(URI.create("http://127.0.0.1:1"), SECRET_KEY)) {
      assertThat(kindOf(() -> nowhere.objectStore().head(single(3).spec())))
          .isEqualTo(Kind.UNAVAILABLE);
    }
  }

  // What a signature pins.

  @Test
  void refusesABodyOfAnotherLength() {
    UploadSpec put = single(10).spec();
    UploadSpec parts = multipart(PartPlan.whole(10)).spec();
    SignedPart single = sign(put, "", 1, bytes(10));
    SignedPart part = sign(parts, store.createMultipartUpload(parts), 1, bytes(10));

    for (int size : List.of(0, 9, 11)) {
      assertThat(SignedPut.send(single, bytes(size)).statusCode()).isEqualTo(403);
      assertThat(SignedPut.send(part, bytes(size)).statusCode()).isEqualTo(403);
    }
    assertThat(store.head(put)).isEmpty();
  }

  @Test
  void refusesAChunkedBody() {
    UploadSpec put = single(10).spec();
    byte[] body = bytes(10);

    HttpResponse<String> response =
        SignedPut.of(sign(put, "", 1, body))
            .send(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));

    assertThat(response.statusCode()).isIn(403, 411);
    assertThat(store.head(put)).isEmpty();
  }

  @Test
  void refusesASinglePutWithOtherHeaders() {
    UploadSpec put = single(10).spec();
    byte[] body = bytes(10);
    SignedPut signed = SignedPut.of(sign(put, "", 1, body));

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
    assertThat(store.head(put)).isEmpty();
    assertThat(signed.send(body).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesAHeaderThatWasNotSigned() {
    UploadSpec put = single(10).spec();
    byte[] body = bytes(10);

    int status =
        SignedPut.of(sign(put, "", 1, body)).with("x-amz-meta-more", "1").send(body).statusCode();

    assertThat(status).isEqualTo(refusesUnsignedHeaders() ? 403 : 200);
  }

  @Test
  void refusesAUrlThatWasChanged() {
    UploadSpec spec = multipart(THREE_PARTS).spec();
    String id = store.createMultipartUpload(spec);
    String otherId = store.createMultipartUpload(spec);
    UploadSpec tiny = planned(spec, PartPlan.whole(10));
    byte[] body = bytes(10);
    SignedPut signed = SignedPut.of(sign(tiny, id, 1, body));
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
    assertThat(listAll(spec, id, 1000)).isEmpty();
    assertThat(signed.send(body).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesAUrlThatHasEnded() {
    UploadSpec spec = single(10).spec();
    byte[] body = bytes(10);
    SignedPart part =
        storage
            .urlSigner()
            .sign(active(spec, ""), 1, null, Instant.now().plus(Duration.ofMillis(1500)));

    Awaitility.await().until(() -> Instant.now().isAfter(part.expireTime().plusSeconds(1)));
    HttpResponse<String> response = SignedPut.send(part, body);

    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body()).contains("expired");
    assertThat(store.head(spec)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void refusesABodyThatIsNotTheChecksums(ChecksumAlgorithm algorithm) {
    UploadSpec put = single(100).with(algorithm).spec();
    UploadSpec parts = multipart(PartPlan.whole(100)).with(algorithm).spec();
    String id = store.createMultipartUpload(parts);
    byte[] file = bytes(100);
    byte[] corrupted = file.clone();
    corrupted[50] ^= 1;
    SignedPart single = sign(put, "", 1, file);
    SignedPart part = sign(parts, id, 1, file);

    HttpResponse<String> refusedPut = SignedPut.send(single, corrupted);
    HttpResponse<String> refusedPart = SignedPut.send(part, corrupted);

    assertThat(refusedPut.statusCode()).as(refusedPut.body()).isEqualTo(400);
    assertThat(refusedPart.statusCode()).as(refusedPart.body()).isEqualTo(400);
    assertThat(store.head(put)).isEmpty();
    assertThat(listAll(parts, id, 1000)).isEmpty();
    for (String header : part.headers().keySet()) {
      assertThat(SignedPut.of(part).without(header).send(file).statusCode())
          .as("without " + header)
          .isEqualTo(403);
    }
    assertThat(SignedPut.send(part, file).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesASecondSinglePut() {
    UploadSpec spec = single(10).spec();
    byte[] file = bytes(10);
    SignedPart part = sign(spec, "", 1, file);

    assertThat(SignedPut.send(part, file).statusCode()).isEqualTo(200);
    assertThat(SignedPut.send(part, bytes(10)).statusCode()).isEqualTo(412);
    assertThat(read(spec)).isEqualTo(file);
  }

  // The tools of the trade.

  private SignedPart sign(UploadSpec spec, String storageUploadId, int number, byte[] body) {
    return storage
        .urlSigner()
        .sign(
            active(spec, storageUploadId),
            number,
            TestChecksums.of(spec.algorithm(), body),
            Instant.now().plusSeconds(60));
  }

  private HttpResponse<String> putPart(
      UploadSpec spec, String storageUploadId, int number, byte[] body) {
    return SignedPut.send(sign(spec, storageUploadId, number, body), body);
  }

  /** Puts every part of the plan. */
  private List<Part> putAll(UploadSpec spec, String storageUploadId, byte[] file) {
    List<Part> parts = new ArrayList<>();
    PartPlan plan = spec.plan();
    for (int number = 1; number <= plan.partCount(); number++) {
      int from = (int) plan.offsetOf(number);
      byte[] body = Arrays.copyOfRange(file, from, from + (int) plan.sizeOf(number));
      HttpResponse<String> response = putPart(spec, storageUploadId, number, body);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      parts.add(
          new Part(
              number,
              body.length,
              etagOf(response),
              TestChecksums.of(spec.algorithm(), body),
              Instant.now()));
    }
    return parts;
  }

  /** Puts ten bytes as any part: the last one of a plan that ends there. */
  private Part putTiny(UploadSpec spec, String storageUploadId, int number) {
    PartPlan endsThere =
        number == 1
            ? PartPlan.whole(10)
            : new PartPlan((number - 1) * MIN_PART_BYTES + 10, MIN_PART_BYTES);
    HttpResponse<String> response =
        putPart(planned(spec, endsThere), storageUploadId, number, bytes(10));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new Part(number, 10, etagOf(response), null, Instant.now());
  }

  private static List<Checksum> checksumsOf(List<Part> parts) {
    return parts.stream().map(part -> part.checksum()).toList();
  }

  private static List<byte[]> cut(byte[] file) {
    List<byte[]> parts = new ArrayList<>();
    for (int from = 0; from < file.length; from += (int) MIN_PART_BYTES) {
      parts.add(Arrays.copyOfRange(file, from, Math.min(file.length, from + (int) MIN_PART_BYTES)));
    }
    return parts;
  }

  private List<Part> listAll(UploadSpec spec, String storageUploadId, int most) {
    List<Part> parts = new ArrayList<>();
    PartPage page = store.listParts(spec, storageUploadId, 0, most);
    parts.addAll(page.parts());
    while (page.hasMore()) {
      page = store.listParts(spec, storageUploadId, parts.get(parts.size() - 1).number(), most);
      parts.addAll(page.parts());
    }
    return parts;
  }

  private static String etagOf(HttpResponse<String> response) {
    Optional<String> etag = response.headers().firstValue("ETag");
    return Part.unquoted(etag.orElseThrow());
  }

  private byte[] read(UploadSpec spec) {
    return reader.getObjectAsBytes(g -> g.bucket(spec.bucket()).key(spec.key())).asByteArray();
  }

  private HeadObjectResponse headRaw(UploadSpec spec) {
    return reader.headObject(h -> h.bucket(spec.bucket()).key(spec.key()));
  }

  private static Kind kindOf(Runnable call) {
    StorageException refusal = catchThrowableOfType(StorageException.class, call::run);
    assertThat(refusal).as("it was not refused").isNotNull();
    assertThat(refusal.getMessage()).doesNotContain(SECRET_KEY).doesNotContain("Signature=");
    return refusal.kind();
  }

  /** All keys that the store lists under one. */
  private List<String> keysUnder(String prefix) {
    return reader.listObjectsV2(l -> l.bucket(BUCKET).prefix(prefix)).contents().stream()
        .map(object -> object.key())
        .toList();
  }

  // In what a server differs from Amazon's.

  /** Amazon returns at most as many parts as asked for. */
  boolean pagesParts() {
    return true;
  }

  /** Amazon answers 404 to ListParts of an upload that was aborted. */
  boolean knowsUploadsWhenListing() {
    return true;
  }

  /** Amazon lists each part with the checksum that was declared. */
  boolean listsChecksumsOfParts() {
    return true;
  }

  /** Amazon answers 404 to a part of an upload that was aborted. */
  boolean refusesPartsOfUnknownUploads() {
    return true;
  }

  /** Amazon wants the manifest in ascending order. */
  boolean checksOrderOfParts() {
    return true;
  }

  /** Amazon compares {@code x-amz-mp-object-size} with the sum of the parts. */
  boolean checksObjectSize() {
    return true;
  }

  /** Amazon wants a declared checksum repeated for each part of the manifest. */
  boolean wantsChecksumsInManifest() {
    return true;
  }

  /** Amazon answers a repeated Complete as it did the first. */
  boolean repeatsTheAnswerOfComplete() {
    return true;
  }

  /** Amazon refuses an {@code x-amz-} header that the signature does not cover. */
  boolean refusesUnsignedHeaders() {
    return true;
  }
}
