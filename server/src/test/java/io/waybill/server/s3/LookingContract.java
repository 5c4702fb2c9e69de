package io.waybill.server.s3;

import static io.waybill.server.s3.S3Bench.SECRET_KEY;
import static io.waybill.server.s3.S3Bench.etagOf;
import static io.waybill.server.s3.S3Bench.kindOf;
import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.THREE_PARTS;
import static io.waybill.server.s3.TestUploads.bytes;
import static io.waybill.server.s3.TestUploads.multipart;
import static io.waybill.server.s3.TestUploads.nextId;
import static io.waybill.server.s3.TestUploads.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.ObjectStore.FoundObject;
import io.waybill.server.upload.ObjectStore.ListedUpload;
import io.waybill.server.upload.ObjectStore.PartPage;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/** What S3 is asked without changing it, what is given up, and what is refused or unknown. */
interface LookingContract {

  S3Bench s3();

  @Test
  default void listsPartsOverPages() {
    UploadSpec spec = multipart(THREE_PARTS).spec();
    String id = s3().store().createMultipartUpload(spec);
    for (int number : List.of(5, 2, 1, 10_000, 3)) {
      s3().putTiny(spec, id, number);
    }

    assertThat(s3().listAll(spec, id, 2))
        .extracting(Part::number)
        .containsExactly(1, 2, 3, 5, 10_000);
    assertThat(s3().store().listParts(spec, id, 3, 1000).parts())
        .extracting(Part::number)
        .containsExactly(5, 10_000);
    assertThat(s3().store().listParts(spec, id, 10_000, 1000))
        .isEqualTo(new PartPage(List.of(), false));
    if (!s3().lets(Leniency.PARTS_WITHOUT_PAGES)) {
      assertThat(s3().store().listParts(spec, id, 0, 2).parts()).hasSize(2);
    }
  }

  @Test
  default void listsTheLatestOfAPartPutTwice() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    String id = s3().store().createMultipartUpload(spec);

    s3().putPart(spec, id, 1, bytes(10));
    String etag = etagOf(s3().putPart(spec, id, 1, bytes(10)));

    assertThat(s3().listAll(spec, id, 1000)).extracting(Part::etag).containsExactly(etag);
  }

  @Test
  default void listsUploadsByPrefix() {
    UploadSpec first = multipart(PartPlan.whole(1)).spec();
    UploadSpec second = multipart(PartPlan.whole(1)).spec();
    String firstId = s3().store().createMultipartUpload(first);
    String again = s3().store().createMultipartUpload(first);
    String secondId = s3().store().createMultipartUpload(second);

    assertThat(s3().store().listMultipartUploads(DESTINATION, BUCKET, first.key()))
        .extracting(ListedUpload::storageUploadId)
        .containsExactlyInAnyOrder(firstId, again);
    assertThat(s3().store().listMultipartUploads(DESTINATION, BUCKET, "in/"))
        .extracting(ListedUpload::storageUploadId)
        .contains(firstId, again, secondId);
    assertThat(s3().store().listMultipartUploads(DESTINATION, BUCKET, "out/")).isEmpty();
    assertThat(
            s3().store().listMultipartUploads(DESTINATION, BUCKET, first.key()).get(0).initiated())
        .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(600));
    s3().store().abortMultipartUpload(first, again);
    assertThat(s3().store().listMultipartUploads(DESTINATION, BUCKET, first.key()))
        .extracting(ListedUpload::storageUploadId)
        .containsExactly(firstId);
  }

  @Test
  default void knowsNothingOfAnAbortedUpload() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    byte[] body = bytes(10);
    String id = s3().store().createMultipartUpload(spec);
    List<Part> parts = s3().putAll(spec, id, body);

    s3().store().abortMultipartUpload(spec, id);

    assertThat(kindOf(() -> s3().store().abortMultipartUpload(spec, id))).isEqualTo(Kind.GONE);
    if (!s3().lets(Leniency.LISTS_UNKNOWN_UPLOADS)) {
      assertThat(kindOf(() -> s3().store().listParts(spec, id, 0, 1000))).isEqualTo(Kind.GONE);
    } else {
      assertThat(s3().listAll(spec, id, 1000)).isEmpty();
    }
    assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, parts)))
        .isEqualTo(
            s3().lets(Leniency.COMPLETE_OF_UNKNOWN_UPLOADS_BREAKS) ? Kind.UNAVAILABLE : Kind.GONE);
    assertThat(s3().store().head(spec)).isEmpty();
    HttpResponse<String> late = s3().putPart(spec, id, 1, body);
    assertThat(late.statusCode())
        .isEqualTo(s3().lets(Leniency.TAKES_PARTS_OF_UNKNOWN_UPLOADS) ? 200 : 404);
  }

  @Test
  default void deletesAtAnExactKeyTheObjectItSawAndNoOther() {
    UploadSpec spec = single(3).specAt("exact/" + nextId() + "x");
    s3().putPart(spec, "", 1, bytes(3));
    StoredObject seen = s3().store().head(spec).orElseThrow().object();
    StoredObject other = new StoredObject("d41d8cd98f00b204e9800998ecf8427e", "", 3, null);

    if (s3().lets(Leniency.REFUSES_CONDITIONAL_DELETES)) {
      assertThat(s3().store().delete(spec, seen)).isFalse();
      assertThat(s3().store().head(spec)).isPresent();
      return;
    }
    assertThat(kindOf(() -> s3().store().delete(spec, other))).isEqualTo(Kind.EXISTS);
    assertThat(s3().store().head(spec)).isPresent();
    assertThat(s3().store().delete(spec, seen)).isTrue();
    assertThat(s3().store().head(spec)).isEmpty();
    assertThat(s3().store().delete(spec, seen)).isTrue();
  }

  /** FAULTS 4: nobody else has it, so nothing is asked of the store that it may not have. */
  @Test
  default void deletesWhateverIsAtAKeyWithTheUploadsId() {
    UploadSpec ofParts = multipart(PartPlan.whole(10)).spec();
    String id = s3().store().createMultipartUpload(ofParts);
    List<Part> parts = s3().putAll(ofParts, id, bytes(10));
    s3().store().completeMultipartUpload(ofParts, id, parts);
    UploadSpec whole = single(3).spec();
    s3().putPart(whole, "", 1, bytes(3));

    for (UploadSpec spec : List.of(ofParts, whole)) {
      StoredObject seen = s3().store().head(spec).orElseThrow().object();
      assertThat(s3().store().delete(spec, seen)).isTrue();
      assertThat(s3().store().head(spec)).isEmpty();
      assertThat(s3().store().delete(spec, seen)).as("once more").isTrue();
    }
  }

  /** FAULTS 4: Swift answers 412 for the ETag that it shows. */
  @Test
  default void saysWhereAnObjectOfPartsStaysAtAnExactKey() {
    UploadSpec spec = multipart(PartPlan.whole(10)).specAt("exact/" + nextId() + "y");
    String id = s3().store().createMultipartUpload(spec);
    s3().store().completeMultipartUpload(spec, id, s3().putAll(spec, id, bytes(10)));
    StoredObject seen = s3().store().head(spec).orElseThrow().object();
    boolean stays =
        s3().lets(Leniency.REFUSES_CONDITIONAL_DELETES)
            || s3().lets(Leniency.REFUSES_CONDITIONAL_DELETES_OF_PARTS);

    assertThat(s3().store().delete(spec, seen)).isNotEqualTo(stays);
    assertThat(s3().store().head(spec).isPresent()).isEqualTo(stays);
  }

  @Test
  default void readsTheStartOfTheObjectItSawAndOfNoOther() {
    for (int size : new int[] {1, 100, 101, 5_000}) {
      UploadSpec spec = single(size).spec();
      byte[] body = bytes(size);
      s3().putPart(spec, "", 1, body);
      StoredObject seen = s3().store().head(spec).orElseThrow().object();

      assertThat(s3().store().readStart(spec, seen, 100))
          .isEqualTo(Arrays.copyOf(body, Math.min(100, size)));
      StoredObject other = new StoredObject("d41d8cd98f00b204e9800998ecf8427e", "", size, null);
      assertThat(kindOf(() -> s3().store().readStart(spec, other, 100)))
          .isEqualTo(Kind.UNAVAILABLE);
      s3().store().delete(spec, seen);
      assertThat(kindOf(() -> s3().store().readStart(spec, seen, 100))).isEqualTo(Kind.UNAVAILABLE);
    }
  }

  @Test
  default void setsOneTagAndKeepsTheOthers() {
    UploadSpec spec = single(3).spec();
    s3().putPart(spec, "", 1, bytes(3));
    StoredObject seen = s3().store().head(spec).orElseThrow().object();
    if (s3().lets(Leniency.HAS_NO_TAGS)) {
      assertThat(kindOf(() -> s3().store().tag(spec, seen, "a", "1"))).isEqualTo(Kind.UNSUPPORTED);
      return;
    }
    s3().store().tag(spec, seen, "scanned", "yes & <no>");
    s3().store().tag(spec, seen, "waybill-content", "mismatch");
    s3().store().tag(spec, seen, "waybill-content", "mismatch");

    assertThat(s3().reader().getObjectTagging(g -> g.bucket(BUCKET).key(spec.key())).tagSet())
        .extracting(tag -> tag.key() + "=" + tag.value())
        .containsExactlyInAnyOrder("scanned=yes & <no>", "waybill-content=mismatch");
    assertThat(s3().store().head(spec).orElseThrow().object()).isEqualTo(seen);
  }

  @Test
  default void findsNothingWhereNothingIs() {
    assertThat(s3().store().head(single(3).spec())).isEmpty();
  }

  @Test
  default void tellsAStrangersObject() {
    UploadSpec spec = single(3).spec();
    s3().reader()
        .putObject(
            p -> p.bucket(BUCKET).key(spec.key()).metadata(Map.of("waybill-upload-id", "mine")),
            RequestBody.fromString("abc"));

    FoundObject found = s3().store().head(spec).orElseThrow();

    assertThat(found.uploadId()).isEmpty();
    assertThat(found.isOf(spec)).isFalse();
    assertThat(found.object().sizeBytes()).isEqualTo(3);
  }

  @Test
  default void tellsWhoseObjectStandsAtAKey() {
    UploadSpec spec = single(3).spec();
    assertThat(s3().store().ownerAt(DESTINATION, BUCKET, spec.key())).isEmpty();

    s3().putPart(spec, "", 1, bytes(3));

    assertThat(s3().store().ownerAt(DESTINATION, BUCKET, spec.key())).contains(spec.id());
  }

  @Test
  default void isRefusedForWantOfRightsOrOfABucket() {
    UploadSpec spec = multipart(PartPlan.whole(3)).spec();
    try (S3Storage stranger = s3().open(s3().endpoint(), "another secret")) {
      assertThat(kindOf(() -> stranger.objectStore().createMultipartUpload(spec)))
          .isEqualTo(Kind.REFUSED);
      assertThat(kindOf(() -> stranger.objectStore().head(spec))).isEqualTo(Kind.REFUSED);
    }
    assertThat(kindOf(() -> s3().store().listMultipartUploads(DESTINATION, "waybill-none", "")))
        .isEqualTo(Kind.REFUSED);
    assertThat(kindOf(() -> s3().store().listMultipartUploads("elsewhere", BUCKET, "")))
        .isEqualTo(Kind.REFUSED);
  }

  @Test
  default void isUnavailableWhereNobodyListens() {
    try (S3Storage nowhere = s3().open(URI.create("http://127.0.0.1:1"), SECRET_KEY)) {
      assertThat(kindOf(() -> nowhere.objectStore().head(single(3).spec())))
          .isEqualTo(Kind.UNAVAILABLE);
    }
  }
}
