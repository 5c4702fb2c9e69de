package io.waybill.server.content;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.ContentDetector;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule as a table: what was declared, what the bytes are, and what that comes to. */
class TikaContentDetectorTest {
  private static final Map<String, byte[]> CONTENT =
      Map.ofEntries(
          Map.entry("pdf", text("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n")),
          Map.entry("windows", portableExecutable()),
          Map.entry("elf", hex("7f454c4602010100000000000000000002003e00")),
          Map.entry("mac", hex("cffaedfe0700000103000000020000000000000000000000")),
          Map.entry("class", hex("cafebabe00000034")),
          Map.entry("wasm", hex("0061736d01000000")),
          Map.entry("shell", text("#!/bin/sh\nrm -rf /\n")),
          Map.entry("batch", text("@echo off\r\ndel *.*\r\n")),
          Map.entry("javascript", text("alert(document.cookie)\n")),
          Map.entry("php", text("<?php system($_GET['x']); ?>")),
          Map.entry("html", text("<!DOCTYPE html><script>alert(1)</script>")),
          Map.entry("bare html", text("<img src=x onerror=alert(1)>")),
          Map.entry(
              "xhtml", text("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>")),
          Map.entry("svg", text("<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>")),
          Map.entry("bare svg", text("<svg onload=alert(1)>")),
          Map.entry("xml", text("<?xml version=\"1.0\"?><a/>")),
          Map.entry("png", hex("89504e470d0a1a0a0000000d49484452")),
          Map.entry("jpeg", hex("ffd8ffe000104a46494600010100")),
          Map.entry("gif", text("GIF89a\1\0\1\0")),
          Map.entry("tiff", hex("49492a0008000000")),
          Map.entry("mp4", text("\0\0\0\40ftypiso6\0\0\0\1iso6mp41")),
          Map.entry("m4a", text("\0\0\0\40ftypM4A \0\0\0\0M4A mp42")),
          Map.entry("mp3", text("ID3\3\0\0\0\0\0\0")),
          Map.entry("wav", text("RIFF\44\0\0\0WAVEfmt ")),
          Map.entry("webm", hex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d")),
          Map.entry("zip", text("PK\3\4\24\0\10\0\10\0")),
          Map.entry(
              "docx", text("PK\3\4\24\0\6\0\10\0\0\0!\0aaaaaaaaaaaa\23\0\10\2[Content_Types].xml")),
          Map.entry(
              "odt",
              text(
                  "PK\3\4\24\0\0\0\0\0\0\0!\0aaaaaaaaaaaa\10\0\0\0"
                      + "mimetypeapplication/vnd.oasis.opendocument.text")),
          Map.entry("ole", hex("d0cf11e0a1b11ae1")),
          Map.entry("rtf", text("{\\rtf1\\ansi hello}")),
          Map.entry("gzip", hex("1f8b0800000000000003")),
          Map.entry("json", text("{\"a\":1}")),
          Map.entry("csv", text("a,b\n1,2\n")),
          Map.entry("plain", "h\u00e9llo, world\n".getBytes(UTF_8)),
          Map.entry("latin1", text("gr\u00f6\u00dfe, \u00fcbel\n")),
          Map.entry("japanese", "日本語テキスト、これはテスト".getBytes(Charset.forName("Shift_JIS"))),
          Map.entry("markdown", text("<h1 align=\"center\">Title</h1>\n\ntext\n")),
          Map.entry("mail", text("From: a@b\nTo: c@d\nSubject: e\n\nhello")),
          Map.entry("noise", hex("01fe079d5803fc05be0708f7")),
          Map.entry("empty", new byte[0]));

  /** One for all: to load its tables is what takes the time. */
  private static final ContentDetector DETECTOR = new TikaContentDetector();

  @ParameterizedTest
  @CsvSource({
    "application/pdf, pdf",
    "application/x-pdf, pdf",
    "APPLICATION/PDF, pdf",
    "application/pdf;version=1.7, pdf",
    "image/png, png",
    "image/jpg, jpeg",
    "image/jpeg, jpeg",
    "image/tiff, tiff",
    "image/x-raw-nikon, tiff",
    "image/x-canon-cr2, tiff",
    "image/x-nobody-knows, png",
    "image/svg+xml, svg",
    "image/svg+xml, xml",
    "image/svg+xml, bare svg",
    "video/mp4, mp4",
    "video/quicktime, mp4",
    "audio/mp4, mp4",
    "audio/x-m4a, m4a",
    "video/mp4, m4a",
    "audio/mpeg, mp3",
    "audio/mp3, mp3",
    "audio/x-wav, wav",
    "video/webm, webm",
    "audio/webm, webm",
    "video/mp2t, noise",
    "application/zip, zip",
    "application/x-zip-compressed, zip",
    "application/zip, docx",
    "application/java-archive, zip",
    "application/epub+zip, zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document, docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, zip",
    "application/vnd.oasis.opendocument.text, odt",
    "application/msword, ole",
    "application/vnd.ms-excel, ole",
    "application/rtf, rtf",
    "text/rtf, rtf",
    "application/gzip, gzip",
    "application/x-gzip, gzip",
    "application/json, json",
    "application/json, plain",
    "application/vnd.acme+json, json",
    "application/xml, xml",
    "application/atom+xml, xml",
    "text/xml, xml",
    "text/csv, csv",
    "text/csv; charset=utf-8, plain",
    "text/csv, latin1",
    "text/csv, japanese",
    "text/plain, html",
    "text/plain, shell",
    "text/plain, mail",
    "text/markdown, markdown",
    "text/html, plain",
    "text/html, html",
    "message/rfc822, mail",
    "message/rfc822, plain",
    "application/javascript, javascript",
    "application/x-sh, shell",
    "application/x-msdownload, windows",
    "application/vnd.microsoft.portable-executable, windows",
    "application/x-dosexec, windows",
    "application/octet-stream, windows",
    "binary/octet-stream, html",
    "application/x-acme, noise",
    "application/x-acme, png",
    "application/x-acme, xml",
    "application/x-ndjson, json",
    "application/pdf, empty",
    "image/png, empty",
  })
  void isNoContradiction(String declared, String content) {
    assertThat(contradiction(declared, content)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "application/pdf, windows, application/x-msdownload",
    "application/pdf, elf, application/x-executable",
    "application/pdf, html, text/html",
    "application/pdf, plain, text/plain",
    "application/pdf, noise, application/octet-stream",
    "application/pdf, zip, application/zip",
    "image/png, jpeg, image/jpeg",
    "image/png, noise, application/octet-stream",
    "image/svg+xml, html, text/html",
    "image/svg+xml, xhtml, application/xhtml+xml",
    "image/svg+xml, png, image/png",
    "image/x-nobody-knows, html, text/html",
    "image/x-raw-nikon, windows, application/x-msdownload",
    "audio/mpeg, windows, application/x-msdownload",
    "audio/mpeg, html, text/html",
    "video/mp4, png, image/png",
    "text/plain, windows, application/x-msdownload",
    "text/csv, zip, application/zip",
    "text/csv, png, image/png",
    "application/json, windows, application/x-msdownload",
    "application/json, gzip, application/gzip",
    "application/zip, windows, application/x-msdownload",
    "application/zip, noise, application/octet-stream",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document, pdf, application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document, odt,"
        + " application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document, noise,"
        + " application/octet-stream",
    "application/msword, zip, application/zip",
    "application/vnd.ms-excel, html, text/html",
    "application/gzip, zip, application/zip",
    "application/x-acme, windows, application/x-msdownload",
    "application/x-acme, elf, application/x-executable",
    "application/x-acme, shell, application/x-sh",
    "application/x-acme, wasm, application/wasm",
    "application/pd'f, windows, application/x-msdownload",
  })
  void isAContradiction(String declared, String content, String detected) {
    assertThat(contradiction(declared, content)).isEqualTo(detected);
  }

  /** Whatever else is let pass: what runs is never an image and never a PDF. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "windows",
        "elf",
        "mac",
        "class",
        "wasm",
        "shell",
        "batch",
        "javascript",
        "php",
        "html",
        "bare html",
        "xhtml"
      })
  void whatRunsIsNeverAnImageOrAPdf(String content) {
    for (String declared :
        new String[] {
          "application/pdf",
          "image/png",
          "image/jpeg",
          "image/jpg",
          "image/gif",
          "image/webp",
          "image/tiff",
          "image/heic",
          "image/avif",
          "image/bmp",
          "image/x-icon"
        }) {
      assertThat(contradiction(declared, content)).as(declared).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"svg", "bare svg"})
  void aVectorImageIsNoOtherImage(String content) {
    for (String declared : new String[] {"application/pdf", "image/png", "image/jpeg", "image/x"}) {
      assertThat(contradiction(declared, content)).as(declared).isNotEmpty();
    }
  }

  @Test
  void isToldByTheFirst64KiB() {
    byte[] late = new byte[ContentDetector.START_BYTES];
    Arrays.fill(late, (byte) ' ');
    byte[] svg = content("svg");
    System.arraycopy(svg, 0, late, 200, svg.length);

    assertThat(DETECTOR.contradiction("image/png", late)).isPresent();
  }

  private static String contradiction(String declared, String content) {
    return DETECTOR.contradiction(declared, content(content)).orElse("");
  }

  private static byte[] content(String name) {
    byte[] content = CONTENT.get(name);
    assertThat(content).as(name).isNotNull();
    return content == null ? new byte[0] : content;
  }

  private static byte[] text(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] portableExecutable() {
    byte[] file = new byte[512];
    System.arraycopy(hex("4d5a90000300000004000000ffff0000"), 0, file, 0, 16);
    file[0x3c] = (byte) 0x80;
    System.arraycopy(hex("504500006486"), 0, file, 0x80, 6);
    return file;
  }
}
