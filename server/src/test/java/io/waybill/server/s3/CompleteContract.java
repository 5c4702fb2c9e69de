package io.waybill.server.s3;

import static io.waybill.server.s3.S3Bench.kindOf;
import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.THREE_PARTS;
import static io.waybill.server.s3.TestUploads.bytes;
import static io.waybill.server.s3.TestUploads.multipart;
import static io.waybill.server.s3.TestUploads.planned;
import static io.waybill.server.s3.TestUploads.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.ObjectStore.FoundObject;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Complete takes, refuses, and does to what stands at the key. */
interface CompleteContract {

  S3Bench s3();

  @Test
  default void refusesPartsOutOfOrder() {
    UploadSpec spec = multipart(THREE_PARTS).spec();
    byte[] file = bytes((int) THREE_PARTS.sizeBytes());
    String id = s3().store().createMultipartUpload(spec);
    List<Part> parts = new ArrayList<>(s3().putAll(spec, id, file));
    Collections.swap(parts, 0, 1);

    if (!s3().lets(Leniency.PARTS_IN_ANY_ORDER)) {
      assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, parts)))
          .isEqualTo(Kind.PARTS_REFUSED);
      assertThat(s3().listAll(spec, id, 1000)).hasSize(3);
    } else {
      s3().store().completeMultipartUpload(spec, id, parts);
      assertThat(s3().read(spec)).isEqualTo(file);
    }
  }

  @Test
  default void refusesAPartThatIsTooSmall() {
    UploadSpec spec = planned(multipart(THREE_PARTS).spec(), PartPlan.whole(20));
    String id = s3().store().createMultipartUpload(spec);
    List<Part> parts = List.of(s3().putTiny(spec, id, 1), s3().putTiny(spec, id, 2));

    assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, parts)))
        .isEqualTo(Kind.PARTS_REFUSED);
    assertThat(s3().listAll(spec, id, 1000)).hasSize(2);
    assertThat(s3().store().head(spec)).isEmpty();
  }

  @Test
  default void refusesAnETagThatIsNotThePartsOwn() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    String id = s3().store().createMultipartUpload(spec);
    Part part = s3().putTiny(spec, id, 1);
    Part wrong = new Part(1, 10, "d41d8cd98f00b204e9800998ecf8427e", part.checksum(), part.time());

    assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, List.of(wrong))))
        .isEqualTo(Kind.PARTS_REFUSED);
    assertThat(s3().store().completeMultipartUpload(spec, id, List.of(part)).etag()).isNotEmpty();
  }

  @Test
  default void refusesAPartThatWasNeverPut() {
    UploadSpec spec = planned(multipart(THREE_PARTS).spec(), PartPlan.whole(20));
    String id = s3().store().createMultipartUpload(spec);
    Part part = s3().putTiny(spec, id, 1);
    List<Part> parts = List.of(part, new Part(2, 10, part.etag(), null, part.time()));

    assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, parts)))
        .isEqualTo(Kind.PARTS_REFUSED);
  }

  @Test
  default void refusesASizeThatIsNotTheSumOfTheParts() {
    UploadSpec spec = multipart(PartPlan.whole(10)).spec();
    String id = s3().store().createMultipartUpload(spec);
    List<Part> parts = List.of(s3().putTiny(spec, id, 1));
    UploadSpec longer = planned(spec, PartPlan.whole(11));

    if (!s3().lets(Leniency.IGNORES_OBJECT_SIZE)) {
      assertThat(kindOf(() -> s3().store().completeMultipartUpload(longer, id, parts)))
          .isEqualTo(Kind.PARTS_REFUSED);
    } else {
      s3().store().completeMultipartUpload(longer, id, parts);
      // The answer is the plan's word; the object tells.
      assertThat(s3().store().head(spec).orElseThrow().object().sizeBytes()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CRC32C", "SHA256"})
  default void refusesAManifestWithoutChecksums(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(PartPlan.whole(10)).with(algorithm).spec();
    String id = s3().store().createMultipartUpload(spec);
    Part part = s3().putAll(spec, id, bytes(10)).get(0);
    List<Part> bare = List.of(new Part(1, 10, part.etag(), null, part.time()));

    if (!s3().lets(Leniency.BELIEVES_MANIFEST_CHECKSUMS)) {
      assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, bare)))
          .isEqualTo(Kind.PARTS_REFUSED);
    } else {
      assertThat(s3().store().completeMultipartUpload(spec, id, bare).checksum()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CRC32C", "CRC64NVME", "SHA256"})
  default void refusesAManifestWithAWrongChecksum(ChecksumAlgorithm algorithm) {
    UploadSpec spec = multipart(PartPlan.whole(10)).with(algorithm).spec();
    String id = s3().store().createMultipartUpload(spec);
    Part part = s3().putAll(spec, id, bytes(10)).get(0);
    Checksum other = TestChecksums.of(algorithm, bytes(10));
    List<Part> wrong = List.of(new Part(1, 10, part.etag(), other, part.time()));

    if (!s3().lets(Leniency.BELIEVES_MANIFEST_CHECKSUMS)) {
      assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, wrong)))
          .isEqualTo(Kind.PARTS_REFUSED);
    } else {
      // What it says of the object is from the bytes for a CRC, from the manifest for SHA-256.
      Checksum said = s3().store().completeMultipartUpload(spec, id, wrong).checksum();
      assertThat(Objects.equals(said, part.checksum())).isEqualTo(algorithm.isFullObject());
    }
  }

  @Test
  default void doesNotCompleteOverAnObject() {
    UploadSpec first = single(3).spec();
    UploadSpec second = multipart(PartPlan.whole(3)).specAt(first.key());
    s3().putPart(first, "", 1, bytes(3));
    String id = s3().store().createMultipartUpload(second);
    List<Part> parts = s3().putAll(second, id, bytes(3));

    assertThat(kindOf(() -> s3().store().completeMultipartUpload(second, id, parts)))
        .isEqualTo(Kind.EXISTS);
    assertThat(s3().store().head(second).orElseThrow().isOf(first)).isTrue();
    assertThat(s3().store().head(second).orElseThrow().isOf(second)).isFalse();
    assertThat(s3().listAll(second, id, 1000)).hasSize(1);
  }

  @Test
  default void completesOverAnObjectWhereOverwritingIsAllowed() {
    UploadSpec first = single(3).spec();
    UploadSpec second = multipart(PartPlan.whole(3)).overwriting().specAt(first.key());
    s3().putPart(first, "", 1, bytes(3));
    String id = s3().store().createMultipartUpload(second);
    byte[] file = bytes(3);

    s3().store().completeMultipartUpload(second, id, s3().putAll(second, id, file));

    assertThat(s3().store().head(second).orElseThrow().isOf(second)).isTrue();
    assertThat(s3().read(second)).isEqualTo(file);
  }

  @Test
  default void answersARepeatedCompleteAlikeOrWithDoubt() {
    UploadSpec spec = multipart(PartPlan.whole(3)).spec();
    String id = s3().store().createMultipartUpload(spec);
    List<Part> parts = s3().putAll(spec, id, bytes(3));
    StoredObject done = s3().store().completeMultipartUpload(spec, id, parts);

    if (!s3().lets(Leniency.REPEATED_COMPLETE_IN_DOUBT)) {
      assertThat(s3().store().completeMultipartUpload(spec, id, parts)).isEqualTo(done);
    } else {
      assertThat(kindOf(() -> s3().store().completeMultipartUpload(spec, id, parts)))
          .isIn(Kind.GONE, Kind.EXISTS, Kind.UNAVAILABLE);
    }
    assertThat(s3().store().head(spec).map(FoundObject::object)).contains(done);
    assertThat(s3().store().listMultipartUploads(DESTINATION, BUCKET, spec.key())).isEmpty();
  }

  @Test
  default void abortingACompletedUploadLeavesTheObject() {
    UploadSpec spec = multipart(PartPlan.whole(3)).spec();
    String id = s3().store().createMultipartUpload(spec);
    s3().store().completeMultipartUpload(spec, id, s3().putAll(spec, id, bytes(3)));

    assertThat(kindOf(() -> s3().store().abortMultipartUpload(spec, id))).isEqualTo(Kind.GONE);
    assertThat(s3().store().head(spec).orElseThrow().isOf(spec)).isTrue();
  }
}
