package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeFileTest {

  @TempDir Path folder;

  @Test
  void keepsWhatItWasGivenLast() {
    ResumeFile file = ResumeFile.at(folder.resolve("a/b/state"));
    assertThat(file.load()).isEmpty();

    file.save(new ResumeFile.Saved("request", "", "marks of 1"));
    assertThat(file.load()).contains(new ResumeFile.Saved("request", "", "marks of 1"));

    file.save(new ResumeFile.Saved("request", "upload", "marks of 1"));
    assertThat(file.load()).contains(new ResumeFile.Saved("request", "upload", "marks of 1"));
    assertThat(folder.resolve("a/b")).isDirectoryContaining("glob:**/state");
    assertThat(folder.resolve("a/b").toFile().list()).hasSize(1);

    file.delete();
    assertThat(file.load()).isEmpty();
  }

  @Test
  void readsAFileOfAReleaseThatWroteNoMarks() throws Exception {
    Path path = Files.writeString(folder.resolve("state"), "request\nupload\n");

    assertThat(ResumeFile.at(path).load()).contains(new ResumeFile.Saved("request", "upload", ""));
  }

  @Test
  void leavesWhatAnotherProcessHasBegunSince() {
    ResumeFile mine = ResumeFile.at(folder.resolve("state"));
    ResumeFile theirs = ResumeFile.at(folder.resolve("state"));
    mine.save(new ResumeFile.Saved("mine", "upload-1", ""));
    theirs.save(new ResumeFile.Saved("theirs", "upload-2", ""));

    mine.delete();

    assertThat(theirs.load()).contains(new ResumeFile.Saved("theirs", "upload-2", ""));
    theirs.delete();
    assertThat(mine.load()).isEmpty();
  }

  @Test
  void takesAHalfWrittenFileForNone() throws Exception {
    Path path = Files.writeString(folder.resolve("state"), "request");

    assertThat(ResumeFile.at(path).load()).isEmpty();
  }

  @Test
  void goesOnWhereNothingCanBeKept() throws Exception {
    Path notAFolder = Files.writeString(folder.resolve("file"), "");
    ResumeFile file = ResumeFile.at(notAFolder.resolve("state"));

    file.save(new ResumeFile.Saved("request", "", ""));
    file.delete();

    assertThat(file.load()).isEmpty();
  }
}
