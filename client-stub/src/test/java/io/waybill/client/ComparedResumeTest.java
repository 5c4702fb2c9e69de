package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.client.FakeS3.Answer;
import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is resumed by a name that the caller gives may be another file's. */
class ComparedResumeTest {

  private static final int SIZE = 1_000_000;
  private static final int PART = 100_000;
  private static final UploadOptions BY_UPLOAD_ID =
      UploadOptions.builder().uploadId("upload-1").build();

  @TempDir Path folder;
  private Bench bench;
  private Path file;
  private Path other;

  /** An upload that was begun with {@code file}, of which parts 1, 2, 3 and 5 arrived. */
  @BeforeEach
  void interruptedUpload() throws Exception {
    bench = new Bench(folder);
    file = bench.file(SIZE);
    byte[] bytes = Files.readAllBytes(file);
    bytes[2 * PART + 7] ^= 1;
    other = Files.write(folder.resolve("other.bin"), bytes);
    begin(ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C);
    for (int n : new int[] {1, 2, 3, 5}) {
      arrive(n);
    }
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private Upload begin(ChecksumAlgorithm algorithm) {
    var options = UploadOptions.builder().checksumAlgorithm(algorithm).filename("f").build();
    return bench.client.startUpload(options.toRequest("mine-" + algorithm, SIZE)).getUpload();
  }

  private void arrive(int number) throws Exception {
    bench.s3.parts.put("upload-1/" + number, part(number));
    bench.waybill.record("upload-1", number, Bench.crc32c(part(number)));
  }

  private static byte[] part(int number) {
    return Arrays.copyOfRange(Bench.bytes(SIZE), (number - 1) * PART, number * PART);
  }

  private UploadFailedException fail(Path source, UploadOptions options) {
    return catchThrowableOfType(
        UploadFailedException.class, () -> bench.uploader().upload(source, options));
  }

  @Test
  void sendsOnlyTheMissingPartsOfTheSameFile() throws Exception {
    bench.uploader().upload(file, BY_UPLOAD_ID);

    assertThat(bench.s3.sent()).containsExactlyInAnyOrder(4, 6, 7, 8, 9, 10);
    assertThat(bench.s3.content("upload-1", 10)).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void sendsNothingOfAnotherFile() {
    UploadFailedException e = fail(other, BY_UPLOAD_ID);

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e).hasMessageContaining("part 3 of the upload is not this file's");
    assertThat(bench.s3.sent()).isEmpty();
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @Test
  void comparesWhatTheCallersRequestIdFinds() {
    var options =
        UploadOptions.builder().requestId("mine-CHECKSUM_ALGORITHM_CRC32C").filename("f").build();

    assertThat(fail(other, options)).hasMessageContaining("part 3 of the upload is not");
  }

  @Test
  void comparesAStreamBeforeItSendsWhatFollows() throws Exception {
    byte[] bytes = Files.readAllBytes(other);

    var e =
        catchThrowableOfType(
            UploadFailedException.class,
            () -> bench.uploader().upload(new ByteArrayInputStream(bytes), SIZE, BY_UPLOAD_ID));

    assertThat(e).hasMessageContaining("part 3 of the upload is not");
    assertThat(bench.s3.sent()).isEmpty();
  }

  @Test
  void comparesAStreamToItsLastPart() throws Exception {
    for (int n = 1; n <= 10; n++) {
      arrive(n);
    }
    byte[] bytes = Bench.bytes(SIZE);
    bytes[SIZE - 1] ^= 1;

    var e =
        catchThrowableOfType(
            UploadFailedException.class,
            () -> bench.uploader().upload(new ByteArrayInputStream(bytes), SIZE, BY_UPLOAD_ID));

    assertThat(e).hasMessageContaining("part 10 of the upload is not");
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @Test
  void resumesTheSameStream() throws Exception {
    bench.uploader().upload(new ByteArrayInputStream(Bench.bytes(SIZE)), SIZE, BY_UPLOAD_ID);

    assertThat(bench.s3.sent()).containsExactlyInAnyOrder(4, 6, 7, 8, 9, 10);
    assertThat(bench.s3.content("upload-1", 10)).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void sendsAgainWhatTheLedgerHasNoChecksumOf() throws Exception {
    bench.waybill.record("upload-1", 2);
    bench.waybill.record("upload-1", 3);

    UploadHandle handle = bench.uploader().start(other, BY_UPLOAD_ID, progress -> {});
    var unused = handle.await();

    assertThat(bench.s3.sent()).containsExactlyInAnyOrder(2, 3, 4, 6, 7, 8, 9, 10);
    assertThat(bench.s3.content("upload-1", 10)).isEqualTo(Files.readAllBytes(other));
    assertThat(handle.progress().confirmedBytes()).isEqualTo(SIZE);
    assertThat(handle.progress().partsDone()).isEqualTo(10);
  }

  @Test
  void sendsAllAgainWhereThereAreNoChecksums() throws Exception {
    String id = begin(ChecksumAlgorithm.CHECKSUM_ALGORITHM_NONE).getUploadId();
    for (int n = 1; n <= 10; n++) {
      bench.waybill.record(id, n);
    }

    bench.uploader().upload(file, UploadOptions.builder().uploadId(id).build());

    assertThat(bench.s3.sent()).hasSize(10);
  }

  @ParameterizedTest
  @EnumSource(
      value = ChecksumAlgorithm.class,
      names = {"CHECKSUM_ALGORITHM_CRC32C", "CHECKSUM_ALGORITHM_CRC64NVME"})
  void comparesAnObjectWithTheWholeFile(ChecksumAlgorithm algorithm) throws Exception {
    complete(algorithm, Checksums.of(algorithm, Bench.body(Bench.bytes(SIZE))));

    String id = begin(algorithm).getUploadId();
    var options = UploadOptions.builder().uploadId(id).build();
    assertThat(bench.uploader().upload(file, options).getState())
        .isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    UploadFailedException e = fail(other, options);
    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e).hasMessageContaining("its object is not this file's");
  }

  @Test
  void comparesAnObjectWithTheHashOfThePartsHashes() throws Exception {
    var algorithm = ChecksumAlgorithm.CHECKSUM_ALGORITHM_SHA256;
    Checksums.Sum ofHashes = Checksums.sum(algorithm);
    for (int n = 1; n <= 10; n++) {
      ofHashes.add(Checksums.of(algorithm, Bench.body(part(n))));
    }
    String id = complete(algorithm, ofHashes.value());

    var options = UploadOptions.builder().uploadId(id).build();
    bench.uploader().upload(file, options);
    assertThat(fail(other, options).kind()).isEqualTo(Kind.SOURCE_CHANGED);
  }

  @Test
  void comparesAnObjectByItsPartsWhereItHasNoChecksum() throws Exception {
    for (int n = 1; n <= 10; n++) {
      arrive(n);
    }
    bench.client.complete("upload-1");

    bench.uploader().upload(new ByteArrayInputStream(Bench.bytes(SIZE)), SIZE, BY_UPLOAD_ID);
    assertThat(fail(other, BY_UPLOAD_ID)).hasMessageContaining("part 3 of the upload is not");
  }

  @Test
  void claimsNothingOfAnObjectThatCannotBeCompared() throws Exception {
    String id = complete(ChecksumAlgorithm.CHECKSUM_ALGORITHM_NONE, new byte[0]);

    UploadFailedException e = fail(file, UploadOptions.builder().uploadId(id).build());

    assertThat(e.kind()).isEqualTo(Kind.SESSION_OVER);
    assertThat(e).hasMessageContaining("no checksum tells whether its object s3://bucket/key is");
  }

  @Test
  void comparesTheObjectWhenAnotherPartWasThereBefore() throws Exception {
    byte[] small = Bench.bytes(10);
    var options = UploadOptions.builder().requestId("small").build();
    bench.waybill.objectChecksum = Bench.crc32c(small);
    Answer taken =
        exchange -> {
          bench.waybill.record("upload-2", 1);
          FakeS3.status(412, "PreconditionFailed").give(exchange);
        };
    bench.s3.script(1, taken);

    UploadFailedException e = fail(Files.write(folder.resolve("small"), new byte[10]), options);

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
  }

  private String complete(ChecksumAlgorithm algorithm, byte[] checksum) {
    String id = begin(algorithm).getUploadId();
    IntStream.rangeClosed(1, 10).forEach(n -> bench.waybill.record(id, n));
    bench.waybill.objectChecksum = checksum;
    return bench.client.complete(id).getUploadId();
  }
}
