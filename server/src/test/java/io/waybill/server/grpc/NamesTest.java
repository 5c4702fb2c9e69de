package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Reason;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names as people and attackers write them. */
class NamesTest {
  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a b  c.txt",
        " leading and trailing ",
        "naïve Ünïcode – 日本語.pdf",
        "👩‍👩‍👧‍👦.jpg",
        "%2F%2e%2e",
        "..%2F..",
        "...",
        "a+b&c=d?e#f;g",
        "\"quoted\" 'name' `$(x)`",
        "<script>.html",
        ".hidden",
        "C:file",
        "\u200F\u05E9\u05DC\u05D5\u05DD.txt"
      })
  void takesThemAsTheyAre(String name) {
    Upload upload = start(Requests.start(1).setFilename(name));
    assertThat(upload.getFilename()).isEqualTo(name);
    assertThat(upload.getObjectKey()).isEqualTo("acme/" + upload.getUploadId() + "/" + name);
    Upload exact = start(Requests.start(1).setDestination("exact").setObjectKey("dir/" + name));
    assertThat(exact.getObjectKey()).isEqualTo("exact/acme/dir/" + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        ".",
        "a/b",
        "/",
        "a\\b",
        "a\0b",
        "line\nbreak",
        "\r\n",
        "\t",
        "\u007F",
        "\u0085",
        "\u2028",
        "\u2029",
        "\uFFFE",
        "\uFDD0",
        "\u202Egpj.exe",
        "a\u2066b"
      })
  void refusesWhatIsNoName(String name) {
    refused(Requests.start(1).setFilename(name), "filename");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "a/", "a//b", "../a", "a/../b", "a/./b", "..", "a\nb", "a/\0"})
  void refusesWhatIsNoKey(String key) {
    refused(Requests.start(1).setObjectKey(key), "object_key");
  }

  @Test
  void refusesNamesOfTwoThousandCharacters() {
    refused(Requests.start(1).setFilename("x".repeat(2_000)), "filename");
    refused(Requests.start(1).setObjectKey("x/".repeat(999) + "x"), "object_key");
    refused(Requests.start(1).setObjectKey("x".repeat(129)), "object_key");
  }

  @Test
  void cutsALongNameInTheKeyBetweenCharacters() {
    Upload upload = start(Requests.start(1).setFilename("日".repeat(300) + ".tar.gz"));
    String segment = upload.getObjectKey().substring(upload.getObjectKey().lastIndexOf('/') + 1);
    assertThat(segment.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(128);
    assertThat(segment).matches("日+\\.gz");
    assertThat(upload.getFilename()).hasSize(307);
  }

  @Test
  void storesOneFormOfAName() {
    assertThat(start(Requests.start(1).setFilename("e\u0301")).getFilename()).isEqualTo("\u00e9");
  }

  private Upload start(StartUploadRequest.Builder request) {
    return waybill.stub().startUpload(request.build()).getUpload();
  }

  private void refused(StartUploadRequest.Builder request, String field) {
    Failures failure = Failures.of(() -> waybill.stub().startUpload(request.build()));
    failure.hasReason(Reason.INVALID_REQUEST);
    assertThat(failure.fields()).containsExactly(field);
  }
}
