package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * FAULTS 1: other bytes come under the path of a file whose upload has begun, with the same size
 * and mtime. What is COMPLETED is one file whole, never a mixture.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has neither inodes nor ctimes")
class ChangedFileTest {

  private static final int SIZE = 1_000_000;
  private static final int PART = 100_000;
  private static final ChecksumAlgorithm NONE = ChecksumAlgorithm.CHECKSUM_ALGORITHM_NONE;
  private static final ChecksumAlgorithm CRC32C = ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C;

  /** How other bytes, or the same ones, come under the path; the mtime stays in each way. */
  private enum Change {
    /** As cp, in place. */
    SAME_INODE,
    /** As rsync, tar or a restored snapshot. */
    OTHER_INODE
  }

  @TempDir Path folder;
  private Bench bench;
  private Path file;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(folder);
    file = bench.file(SIZE);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /** A run that was killed when S3 had parts 1, 2 and 3. */
  private void interrupted(ChecksumAlgorithm algorithm) throws Exception {
    bench.waybill.failNext(
        "SignParts", FakeWaybill.error(Status.Code.FAILED_PRECONDITION, "STORAGE_REFUSED"));
    assertThatExceptionOfType(UploadFailedException.class).isThrownBy(() -> upload(algorithm));
    assertThat(bench.s3.sent()).isEmpty();
    for (int n = 1; n <= 3; n++) {
      bench.s3.parts.put("upload-1/" + n, part(n));
      bench.waybill.record("upload-1", n);
    }
  }

  private void recordChecksums(int... numbers) {
    for (int n : numbers) {
      bench.waybill.record("upload-1", n, Bench.crc32c(part(n)));
    }
  }

  private static byte[] part(int number) {
    return Arrays.copyOfRange(Bench.bytes(SIZE), (number - 1) * PART, number * PART);
  }

  private Upload upload(ChecksumAlgorithm algorithm) throws Exception {
    return upload(algorithm, bench.uploader());
  }

  private Upload upload(ChecksumAlgorithm algorithm, Uploader uploader) throws Exception {
    return uploader.upload(file, UploadOptions.builder().checksumAlgorithm(algorithm).build());
  }

  /** Other bytes from this part on. */
  private static byte[] otherFrom(int part) {
    byte[] bytes = Bench.bytes(SIZE);
    for (int i = (part - 1) * PART; i < SIZE; i++) {
      bytes[i] ^= 0x55;
    }
    return bytes;
  }

  private void change(Change how, byte[] bytes) throws IOException {
    FileIdentity before = FileIdentity.of(file);
    if (how == Change.SAME_INODE) {
      Files.write(file, bytes, StandardOpenOption.WRITE);
    } else {
      Path other = Files.write(folder.resolve("other"), bytes);
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }
    FileIdentity now;
    do {
      Files.setLastModifiedTime(file, before.modified());
      now = FileIdentity.of(file);
    } while (now.inodeAndCtime()
        .equals(before.inodeAndCtime())); // A clock of the kernel's ticks every 4 ms.
    assertThat(now.hasOtherSizeOrTime(before)).isFalse();
  }

  /** Nothing but the ctime is another. */
  private void chmod() throws IOException {
    FileIdentity before = FileIdentity.of(file);
    do {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    } while (FileIdentity.of(file).equals(before));
  }

  private void assertBegunAnew(Upload upload) throws IOException {
    assertThat(upload.getUploadId()).isEqualTo("upload-2");
    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(bench.s3.sent()).as("nothing went to the old one").hasSize(10);
    assertThat(bench.s3.content("upload-2", 10)).isEqualTo(Files.readAllBytes(file));
    assertThat(bench.waybill.snapshot("upload-1").getState())
        .isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
    assertThat(bench.stateFolder()).isEmptyDirectory();
  }

  private void assertResumed(Upload upload, Integer... sent) throws IOException {
    assertThat(upload.getUploadId()).isEqualTo("upload-1");
    assertThat(bench.s3.sent()).containsExactlyInAnyOrder(sent);
    assertThat(bench.s3.content("upload-1", 10)).isEqualTo(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void faults1OtherBytesAreSentWholeUnderAnUploadOfTheirOwn(Change how) throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    change(how, otherFrom(1));

    assertBegunAnew(upload(CRC32C));
  }

  @Test
  void faults1OneOtherByteInOneHeldPartIsEnough() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    byte[] bytes = Bench.bytes(SIZE);
    bytes[3 * PART - 1] ^= 1;
    change(Change.SAME_INODE, bytes);

    assertBegunAnew(upload(CRC32C));
  }

  @Test
  void faults1TheChecksumsDecideEvenWhereTheFileSystemSeesNoChange() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    change(Change.SAME_INODE, otherFrom(3));
    saveInodeAndCtime(FileIdentity.of(file).inodeAndCtime());

    assertBegunAnew(upload(CRC32C));
  }

  @Test
  void faults1AsksS3ForChecksumsThatTheLedgerLacks() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2);
    bench.waybill.storageHasChecksums = true;
    change(Change.OTHER_INODE, otherFrom(3));

    assertBegunAnew(upload(CRC32C));
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void faults1WithoutAnyChecksumTheInodeAndCtimeTell(Change how) throws Exception {
    interrupted(NONE);
    change(how, otherFrom(1));

    assertBegunAnew(upload(NONE));
  }

  @Test
  void faults1AStoreThatReturnsNoChecksumsIsAsNone() throws Exception {
    interrupted(CRC32C);
    change(Change.OTHER_INODE, otherFrom(1));

    assertBegunAnew(upload(CRC32C));
  }

  @Test
  void faults1SendsAgainTheHeldPartsThatNoChecksumVouchesFor() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1);
    change(Change.OTHER_INODE, otherFrom(2));

    assertResumed(upload(CRC32C), 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void faults1DoubtDoesNotEndWithTheRunThatHadIt() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1);
    change(Change.OTHER_INODE, otherFrom(2));
    bench.waybill.failNext(
        "SignParts", FakeWaybill.error(Status.Code.FAILED_PRECONDITION, "STORAGE_REFUSED"));
    assertThatExceptionOfType(UploadFailedException.class).isThrownBy(() -> upload(CRC32C));

    assertResumed(upload(CRC32C), 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void theSameBytesResumeWhateverTheirInode(Change how) throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    change(how, Bench.bytes(SIZE));

    assertResumed(upload(CRC32C), 4, 5, 6, 7, 8, 9, 10);
    assertThat(bench.waybill.count("Abort")).isZero();
  }

  @Test
  void theSameBytesResumeByTheChecksumsThatS3Has() throws Exception {
    interrupted(CRC32C);
    bench.waybill.storageHasChecksums = true;
    change(Change.OTHER_INODE, Bench.bytes(SIZE));

    assertResumed(upload(CRC32C), 4, 5, 6, 7, 8, 9, 10);
  }

  @ParameterizedTest
  @EnumSource(
      value = ChecksumAlgorithm.class,
      names = {"CHECKSUM_ALGORITHM_NONE", "CHECKSUM_ALGORITHM_CRC32C"})
  void anUntouchedFileResumesWithoutChecksums(ChecksumAlgorithm algorithm) throws Exception {
    interrupted(algorithm);

    assertResumed(upload(algorithm), 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void aStateFileWithoutInodeIsComparedByChecksums() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    saveInodeAndCtime("");

    assertResumed(upload(CRC32C), 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void aStateFileWithoutInodeIsNotBelievedWithoutChecksums() throws Exception {
    interrupted(NONE);
    saveInodeAndCtime("");

    assertBegunAnew(upload(NONE));
  }

  /** As another machine or release would have written it. */
  private void saveInodeAndCtime(String inodeAndCtime) throws IOException {
    try (var states = Files.list(bench.stateFolder())) {
      Path state = states.findFirst().orElseThrow();
      List<String> lines = new ArrayList<>(Files.readAllLines(state).subList(0, 2));
      if (!inodeAndCtime.isEmpty()) {
        lines.add(inodeAndCtime);
      }
      Files.write(state, lines);
    }
  }

  @Test
  void faults1AnObjectMadeOfTheOldFileIsNotTheNewOnes() throws Exception {
    interrupted(CRC32C);
    for (int n = 1; n <= 10; n++) {
      recordChecksums(n);
    }
    bench.client.complete("upload-1");
    change(Change.OTHER_INODE, otherFrom(10));

    Upload upload = upload(CRC32C);

    assertThat(upload.getUploadId()).isEqualTo("upload-2");
    assertThat(bench.s3.content("upload-2", 10)).isEqualTo(otherFrom(10));
  }

  @Test
  void faults1AnObjectThatNothingTellsOfIsNotTheChangedFiles() throws Exception {
    interrupted(NONE);
    for (int n = 1; n <= 10; n++) {
      bench.waybill.record("upload-1", n);
    }
    bench.client.complete("upload-1");
    change(Change.SAME_INODE, otherFrom(10));

    assertThat(upload(NONE).getUploadId()).isEqualTo("upload-2");
  }

  @Test
  void goesOnWhereTheOldUploadCannotBeAborted() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    bench.waybill.failNext(
        "Abort", FakeWaybill.error(Status.Code.FAILED_PRECONDITION, "UPLOAD_COMPLETING"));
    change(Change.OTHER_INODE, otherFrom(1));

    assertThat(upload(CRC32C).getUploadId()).isEqualTo("upload-2");
    assertThat(bench.s3.content("upload-2", 10)).isEqualTo(otherFrom(1));
  }

  /** Gives the number of a part that was sent and reported, once S3 has all of them. */
  private void beforeTheLastReport(IntConsumer action) {
    bench.waybill.whenToRecord = report -> record(report, action);
  }

  /** One by one: of two that come together both would see eight before them. */
  private synchronized void record(Runnable report, IntConsumer beforeTheLast) {
    List<Integer> reported = bench.waybill.reported("upload-1");
    if (reported.size() == 9) {
      beforeTheLast.accept(reported.get(8));
    }
    report.run();
  }

  @Test
  void faults1NothingOfTwoProcessesWithTwoFilesIsMixed() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    change(Change.OTHER_INODE, otherFrom(4));
    // The first process still sends what it had opened, and one of its parts comes after ours.
    beforeTheLastReport(
        reported -> {
          bench.s3.parts.put("upload-1/" + reported, part(reported));
          recordChecksums(reported);
        });

    Upload upload = upload(CRC32C);

    assertThat(upload.getUploadId()).isEqualTo("upload-2");
    assertThat(bench.s3.content("upload-2", 10)).isEqualTo(otherFrom(4));
    assertThat(bench.waybill.snapshot("upload-1").getState())
        .isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
  }

  @Test
  void faults1TwoProcessesUnderOneNamedUploadAreRefusedToMix() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    beforeTheLastReport(reported -> bench.waybill.record("upload-1", reported, new byte[4]));

    var e =
        catchThrowableOfType(
            UploadFailedException.class,
            () ->
                bench
                    .uploader()
                    .upload(file, UploadOptions.builder().uploadId("upload-1").build()));

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e)
        .hasMessageMatching(
            "part ([4-9]|10) of the upload was sent by another process, with other bytes");
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @Test
  void faults1TheProcessThatStartedAnUploadIsRefusedToMixToo() {
    beforeTheLastReport(reported -> bench.waybill.record("upload-1", reported, new byte[4]));

    UploadFailedException e = fail(CRC32C);

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e)
        .hasMessageMatching(
            "part ([1-9]|10) of the upload was sent by another process, with other bytes");
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @ParameterizedTest
  @EnumSource(Sender.class)
  void faults1AnObjectOfAnotherProcessIsNotTheOneOfWhoStartedIt(Sender sender) {
    beforeTheLastReport(
        reported -> {
          for (int n = 1; n <= 10; n++) {
            bench.waybill.record("upload-1", n, new byte[4]);
          }
          bench.client.complete("upload-1");
        });

    UploadFailedException e =
        catchThrowableOfType(UploadFailedException.class, () -> sender.send(bench, file));

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e).hasMessageContaining("part 1 of the upload");
  }

  /** A file can be read again, a stream cannot. */
  private enum Sender {
    OF_A_FILE {
      @Override
      void send(Bench bench, Path file) throws Exception {
        var unused = bench.uploader().upload(file);
      }
    },
    OF_A_STREAM {
      @Override
      void send(Bench bench, Path file) throws Exception {
        try (InputStream stream = Files.newInputStream(file)) {
          var unused = bench.uploader().upload(stream, SIZE, UploadOptions.defaults());
        }
      }
    };

    abstract void send(Bench bench, Path file) throws Exception;
  }

  @Test
  void faults1APartThatComesAfterTheLastLookIsNoSuccess() {
    bench.waybill.beforeComplete(() -> bench.waybill.record("upload-1", 5, new byte[4]));

    UploadFailedException e = fail(CRC32C);

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e)
        .hasMessage(
            "the upload was completed, and its object s3://bucket/key is not this file (or stream):"
                + " part 5 of the upload was sent by another process, with other bytes");
  }

  @Test
  void faults1AResumedUploadThatWasMixedAfterTheLastLookIsSentAnew() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    bench.waybill.beforeComplete(() -> bench.waybill.record("upload-1", 5, new byte[4]));

    assertThat(upload(CRC32C).getUploadId()).isEqualTo("upload-2");
    assertThat(bench.s3.content("upload-2", 10)).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void faults1ADoubtfulUploadWithoutPartsIsNotShared() throws Exception {
    interrupted(CRC32C);
    for (int n = 1; n <= 3; n++) {
      bench.waybill.forget("upload-1", n);
    }
    change(Change.OTHER_INODE, otherFrom(1));

    assertBegunAnew(upload(CRC32C));
  }

  @Test
  void sendsWhatIsMissingWhereItIsNotTooLateAnyMore() throws Exception {
    bench.waybill.failNext(
        "SignParts", FakeWaybill.error(Status.Code.FAILED_PRECONDITION, "UPLOAD_COMPLETING"));

    assertResumed(upload(CRC32C), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(bench.waybill.count("Complete")).isEqualTo(2);
  }

  @Test
  void tellsThatItComparesAndWhyItDoesNotResume() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    change(Change.OTHER_INODE, otherFrom(3));
    List<String> told = new CopyOnWriteArrayList<>();
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void onProgress(UploadProgress progress) {
            told.add(progress.phase().name());
          }

          @Override
          public void onRestart(String uploadId, String reason) {
            told.add(uploadId + ": " + reason);
          }
        };

    var unused = bench.uploader().start(file, UploadOptions.defaults(), listener).await();

    assertThat(told)
        .containsSubsequence(
            "COMPARING",
            "upload-1: part 3 of the upload is not this file's (or stream's)",
            "UPLOADING",
            "COMPLETED");
  }

  @Test
  void comparesNothingWhilePaused() throws Exception {
    interrupted(CRC32C);
    recordChecksums(1, 2, 3);
    CompletableFuture<UploadHandle> started = new CompletableFuture<>();
    List<UploadProgress.Phase> phases = new CopyOnWriteArrayList<>();
    ProgressListener listener =
        progress -> {
          if (phases.isEmpty()) {
            started.join().pause();
          }
          phases.add(progress.phase());
        };
    UploadHandle handle = bench.uploader().start(file, UploadOptions.defaults(), listener);
    started.complete(handle);
    await().until(() -> phases.contains(UploadProgress.Phase.PAUSED));
    assertThat(bench.s3.sent()).isEmpty();

    handle.resume();
    var unused = handle.await();

    assertThat(phases)
        .containsSubsequence(UploadProgress.Phase.PAUSED, UploadProgress.Phase.COMPARING);
    assertThat(bench.s3.sent()).containsExactlyInAnyOrder(4, 5, 6, 7, 8, 9, 10);
  }

  /** What happens to the file while part 10 is on its way. */
  private interface Meanwhile {
    void happens() throws IOException;
  }

  private void whileTheLastPartTravels(Meanwhile meanwhile) {
    bench.s3.script(
        10,
        exchange -> {
          meanwhile.happens();
          bench.s3.store(exchange);
        });
  }

  private UploadFailedException fail(ChecksumAlgorithm algorithm) {
    Uploader uploader = bench.uploaderBuilder().parallel(1).build();
    return catchThrowableOfType(UploadFailedException.class, () -> upload(algorithm, uploader));
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void faults1NoticesOtherBytesWhileItSendsWithoutChecksums(Change how) {
    whileTheLastPartTravels(() -> change(how, otherFrom(1)));

    UploadFailedException e = fail(NONE);

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void faults1NoticesOtherBytesOfAPartThatWasSent(Change how) {
    byte[] bytes = Bench.bytes(SIZE);
    bytes[SIZE - 1] ^= 1;
    beforeTheLastReport(reported -> changeUnchecked(how, bytes));

    UploadFailedException e = fail(CRC32C);

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e).hasMessageContaining("part 10 of the upload is not this file's");
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @Test
  void completesWhereTheCtimeChangedAndTheBytesDidNot() throws Exception {
    whileTheLastPartTravels(this::chmod);

    assertResumed(upload(CRC32C), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  /** S3 confirms checksums for CRC32C only here. */
  @ParameterizedTest
  @EnumSource(
      value = ChecksumAlgorithm.class,
      names = {"CHECKSUM_ALGORITHM_MD5", "CHECKSUM_ALGORITHM_SHA256"})
  void completesWhereTheCtimeChangedAndS3ReturnsNoChecksums(ChecksumAlgorithm algorithm)
      throws Exception {
    whileTheLastPartTravels(this::chmod);

    assertResumed(upload(algorithm), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void completesWhereTheSameBytesWerePutBack() throws Exception {
    whileTheLastPartTravels(() -> change(Change.OTHER_INODE, Bench.bytes(SIZE)));

    assertResumed(upload(CRC32C), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void refusesWhereTheCtimeChangedAndNothingTellsOfTheBytes() {
    whileTheLastPartTravels(this::chmod);

    assertThat(fail(NONE)).hasMessageContaining("inode or ctime changed while it was uploaded");
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  private void changeUnchecked(Change how, byte[] bytes) {
    try {
      change(how, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
