package io.waybill.server.content;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an object begins with, it is judged; and an executable is never a picture. */
class ContentFuzzTest {
  private static final TikaContentDetector DETECTOR = new TikaContentDetector();
  private static final List<String> DECLARED =
      List.of("application/pdf", "image/png", "text/plain", "application/zip", "video/mp4", "a/b");

  static Stream<byte[]> seeds() {
    return Stream.concat(
        Stream.of(
                "",
                "0%PDF-1.7\n",
                "2#!/bin/sh\n",
                "3PK\3\4\24\0",
                "1<?xml version='1.0'?><svg/>",
                "5MZ")
            .map(text -> text.getBytes(ISO_8859_1)),
        Stream.of(
                "007f454c4602010100",
                "0189504e470d0a1a0a",
                "02cafebabe00000034",
                "04d0cf11e0a1b11ae1")
            .map(HexFormat.of()::parseHex));
  }

  @MethodSource("seeds")
  @FuzzTest
  void isJudged(byte[] data) {
    if (data.length == 0) {
      return;
    }
    String declared = DECLARED.get((data[0] & 0xff) % DECLARED.size());
    byte[] start = Arrays.copyOfRange(data, 1, data.length);
    assertThat(DETECTOR.contradiction(declared, start)).isNotNull();
    byte[] elf = HexFormat.of().parseHex("7f454c46020101000000000000000000");
    byte[] executable = Arrays.copyOf(elf, elf.length + start.length);
    System.arraycopy(start, 0, executable, elf.length, start.length);
    assertThat(DETECTOR.contradiction("image/png", executable)).isPresent();
  }
}
