package io.waybill.server.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.waybill.v1.ListUploadsRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Below gRPC: what is no call at all is refused by it, and tells nothing either. */
class RawHttp2IT {
  private static final String PATH = "/waybill.v1.UploadService/ListUploads";
  private static final byte[] NO_MESSAGE = {0, 0, 0, 0, 0};

  @TempDir Path folder;
  private HostileServer server;

  @BeforeEach
  void open() throws IOException {
    server = HostileServer.start(folder);
  }

  /** Whatever came, the next one is served. */
  @AfterEach
  void close() {
    assertThat(
            server.as("acme").listUploads(ListUploadsRequest.getDefaultInstance()).getUploadsList())
        .isEmpty();
    server.close();
  }

  @Test
  void theClientOfThisTestCanCall() throws IOException {
    assertThat(send(PATH, h -> h, NO_MESSAGE).headers()).containsEntry("grpc-status", "0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/waybill.v1.UploadService/DropTables",
        "/waybill.v1.UploadService/",
        "/waybill.v1.UploadService/ListUploads/",
        "/waybill.v1.UploadService/listuploads",
        "/WAYBILL.V1.UPLOADSERVICE/ListUploads",
        "/waybill.v1.AdminService/Sweep",
        "/../waybill.v1.UploadService/ListUploads",
        "//ListUploads",
        "/",
        "",
        "waybill.v1.UploadService/ListUploads",
        "/waybill.v1.UploadService/ListUploads?x=1",
        "/waybill.v1.UploadService/ListUploads%00",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.channelz.v1.Channelz/GetServers",
        "http://localhost/waybill.v1.UploadService/ListUploads"
      })
  void anotherPathIsNoMethod(String path) throws IOException {
    refused(send(path, h -> h, NO_MESSAGE), path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "application/json",
        "application/grpc2",
        "text/html",
        "application/x-protobuf"
      })
  void anotherContentTypeIsNoCall(String type) throws IOException {
    refused(send(PATH, h -> h.set("content-type", type), NO_MESSAGE), type);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "CONNECT", "TRACE", "post", "PRI"})
  void anotherVerbIsNoCall(String verb) throws IOException {
    refused(send(PATH, h -> h.method(verb), NO_MESSAGE), verb);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing at all
        "00", // cut within its head
        "0000000005", // cut before its body
        "0000000005abcd",
        "00ffffffff", // of 4 GiB
        "007fffffff", // of 2 GiB
        "0000200000", // of 2 MiB
        "0100000000", // compressed by nothing
        "0200000000", // an unknown flag
        "ff00000000",
        "00000000000000000000", // two messages
        "0000000001ff"
      })
  void bytesThatAreNoMessageAreRefused(String hex) throws IOException {
    refused(send(PATH, h -> h, HexFormat.of().parseHex(hex)), hex);
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "gzip,gzip", "../x"})
  void anEncodingThatNobodyKnowsIsRefused(String encoding) throws IOException {
    refused(
        send(PATH, h -> h.set("grpc-encoding", encoding), new byte[] {1, 0, 0, 0, 1, 0}), encoding);
  }

  @ParameterizedTest
  @ValueSource(ints = {20_000, 100_000, 1_000_000})
  void giantMetadataIsRefused(int chars) throws IOException {
    refused(send(PATH, h -> h.set("x-giant", "y".repeat(chars)), NO_MESSAGE), "giant");
    refused(
        send(
            PATH,
            h -> {
              for (int i = 0; i < chars / 40; i++) {
                h.add("x-" + i, "y");
              }
              return h;
            },
            NO_MESSAGE),
        "many");
  }

  @Test
  void withoutATokenThereIsNoCallWhateverItsBytes() throws IOException {
    for (String header : List.of("a\0b", "Bearer \u0001", "Bearer \u007f", "Bearer a\tb")) {
      refused(send(PATH, h -> h.set("authorization", header), NO_MESSAGE), header);
    }
    refused(
        send(
            PATH,
            h -> {
              h.remove("authorization");
              return h;
            },
            NO_MESSAGE),
        "none");
  }

  private RawHttp2.Answer send(String path, UnaryOperator<Http2Headers> change, byte[] body)
      throws IOException {
    String token = server.issuer.token("acme", HostileServer.UPLOADER);
    return RawHttp2.send(server.port(), change.apply(RawHttp2.grpc(path, token)), body);
  }

  /** By gRPC, by HTTP, or by hanging up. */
  private static void refused(RawHttp2.Answer answer, String what) {
    String status = answer.headers().getOrDefault(":status", "");
    assertThat(answer.isAccepted()).as(what + ": " + answer).isFalse();
    assertThat(answer.headers().toString())
        .as(what)
        .doesNotContain("Exception")
        .doesNotContain(".java")
        .doesNotContain("io.grpc")
        .doesNotContain("io.waybill");
    if (status.equals("200")) {
      assertThat(answer.headers()).as(what + ": " + answer).containsKey("grpc-status");
    } else {
      assertThat(status).as(what + ": " + answer).matches("|4\\d\\d");
    }
  }
}
