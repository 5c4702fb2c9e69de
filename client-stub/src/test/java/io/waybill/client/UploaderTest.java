package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploaderTest {

  @TempDir Path folder;
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench(folder);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99_999, 100_000, 100_001, 1_234_567})
  void uploadsAFileOfAnySize(int size) throws Exception {
    Upload upload = bench.uploader().upload(bench.file(size));

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(bench.s3.content(upload.getUploadId(), upload.getPartCount()))
        .isEqualTo(Bench.bytes(size));
    assertThat(bench.s3.peak.get()).isLessThanOrEqualTo(4);
    assertThat(bench.waits).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100_000, 1_234_567})
  void uploadsAStream(int size) throws Exception {
    Upload upload =
        bench
            .uploader()
            .upload(new ByteArrayInputStream(Bench.bytes(size)), size, UploadOptions.defaults());

    assertThat(bench.s3.content(upload.getUploadId(), upload.getPartCount()))
        .isEqualTo(Bench.bytes(size));
  }

  @Test
  void signsInBatchesWhereNoChecksumIsNeeded() throws Exception {
    var options =
        UploadOptions.builder()
            .checksumAlgorithm(ChecksumAlgorithm.CHECKSUM_ALGORITHM_NONE)
            .build();

    bench.uploader().upload(bench.file(2_000_000), options);

    assertThat(bench.waybill.count("SignParts")).isEqualTo(2);
  }

  @Test
  void takesNameAndTypeFromTheFile() throws Exception {
    Path file = Files.writeString(folder.resolve("page.html"), "<p>");

    Upload upload = bench.uploader().upload(file);

    assertThat(upload.getFilename()).isEqualTo("page.html");
    assertThat(upload.getContentType()).isEqualTo("text/html");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void leavesNoFileOpenThatItCouldNotStartWith() throws Exception {
    Path file = bench.file(300_000);
    @SuppressWarnings("NullAway") // On purpose.
    UploadOptions unusable = UploadOptions.builder().objectKey(null).build();

    assertThatNullPointerException().isThrownBy(() -> bench.uploader().upload(file, unusable));

    assertThat(openFiles()).doesNotContain(file.toRealPath());
  }

  @Test
  void removesOldStateFiles() throws Exception {
    Files.createDirectories(bench.stateFolder());
    Path old = Files.writeString(bench.stateFolder().resolve("a".repeat(64)), "");
    Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));

    bench.uploader().upload(bench.file(10));

    assertThat(old).doesNotExist();
  }

  @Test
  void leavesNoStateBehind() throws Exception {
    bench.uploader().upload(bench.file(300_000));

    assertThat(bench.stateFolder()).isEmptyDirectory();
  }

  private static List<Path> openFiles() throws IOException {
    List<Path> open = new ArrayList<>();
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          open.add(Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException e) {
          // Closed meanwhile.
        }
      }
    }
    return open;
  }
}
