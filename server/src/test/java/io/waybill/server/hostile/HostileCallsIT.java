package io.waybill.server.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.waybill.server.ClosingLines;
import io.waybill.server.grpc.Failures;
import io.waybill.server.hostile.HostileCall.Header;
import io.waybill.server.upload.UploadId;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.StartUploadRequest;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of calls that have to be refused, and what they leave behind: nothing. */
class HostileCallsIT {
  @TempDir Path folder;
  private HostileServer server;
  private Sessions own;
  private Sessions others;
  private Attack attack;
  private Untouched before;

  /** All that a hostile call could have changed. */
  private record Untouched(
      long uploadRows, List<String> stored, List<ByteString> own, List<ByteString> others) {}

  @BeforeEach
  void open() throws Exception {
    server = HostileServer.start(folder);
    own = Sessions.open(server.as("acme"));
    others = Sessions.open(server.as("beta"));
    // For a page token of ListParts.
    var unused =
        server
            .as("acme")
            .reportPart(
                ReportPartRequest.newBuilder().setUploadId(own.active()).setPartNumber(2).build());
    attack =
        new Attack(
            server.channel,
            new Judge(
                List.of(
                    folder.toString(), server.s3.endpoint().toString(), HostileServer.SECRET_KEY)));
    before = untouched();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Untouched untouched() throws SQLException {
    return new Untouched(
        server.uploadRows(),
        server.stored(),
        own.view(server.as("acme")),
        others.view(server.as("beta")));
  }

  @Test
  void noneIsAcceptedAndNothingChanges() throws Exception {
    List<HostileCall> calls = new ArrayList<>(Curated.of(server, own));
    others.all().forEach(id -> calls.addAll(Strangers.calls(id, caller("acme"))));
    own.all().forEach(id -> calls.addAll(Strangers.calls(id, caller("beta"))));

    attack.send(calls);

    assertThat(attack.complaints()).isEmpty();
    assertThat(attack.line())
        .isEqualTo("hostile requests=" + calls.size() + " accepted=0 internal=0");
    assertThat(calls).hasSizeGreaterThanOrEqualTo(2_000);
    assertThat(untouched()).isEqualTo(before);
    String afterwards = Sessions.upload(server.as("acme"));
    assertThat(afterwards).isNotEmpty();
    ClosingLines.add("curated " + attack.line());
  }

  /** But for the id itself, which the caller knows. */
  @Test
  void anothersUploadIsAsUnknownAsOneThatNeverWas() throws Exception {
    String unknown = UploadId.of(Instant.now(), new Random(1)).toString();
    for (String foreign : others.all()) {
      List<HostileCall> about = Strangers.calls(foreign, caller("acme"));
      List<HostileCall> aboutNone = Strangers.calls(unknown, caller("acme"));
      for (int i = 0; i < about.size(); i++) {
        assertThat(told(about.get(i)).replace(foreign, "ID"))
            .as(about.get(i).toString())
            .isEqualTo(told(aboutNone.get(i)).replace(unknown, "ID"));
      }
    }
    assertThat(untouched()).isEqualTo(before);
  }

  /** What only looks hostile is answered, and finds nothing. */
  @Test
  void sqlInAFilterIsText() {
    for (String word : Words.all(Words.SQL, Words.INJECTED, Words.UNICODE)) {
      assertThat(
              server
                  .as("acme")
                  .listUploads(ListUploadsRequest.newBuilder().setDestination(word).build())
                  .getUploadsList())
          .as(word)
          .isEmpty();
      assertThat(
              server
                  .as("acme")
                  .listUploads(ListUploadsRequest.newBuilder().setObjectKeyPrefix(word).build())
                  .getUploadsList())
          .as(word)
          .isEmpty();
    }
  }

  /** So are names that mean something to others: they are bytes of a key, and nothing else. */
  @Test
  void aNameIsItsText() throws Exception {
    for (String word : Words.all(Words.SQL, Words.INJECTED)) {
      String name = word.replaceAll("[/\\\\]", "");
      StartUploadRequest.Builder start =
          Sessions.request(1).setFilename(name).setValidateOnly(true);
      assertThat(server.as("acme").startUpload(start.build()).getUpload().getFilename())
          .isEqualTo(name);
    }
    assertThat(untouched()).isEqualTo(before);
  }

  /** Under -Pchaos: each combination holds at least one thing that has to be refused. */
  @Test
  void nothingGetsThroughInCompanyEither() throws Exception {
    int count = Integer.getInteger("waybill.chaos.hostile", 1_000);
    long seed = Long.getLong("waybill.chaos.hostile.seed", new Random().nextLong());
    System.out.println("hostile combinations seed=" + seed);
    Combinations combinations =
        new Combinations(Curated.bases(server, own), caller("acme"), new Random(seed), count);

    attack.send(combinations);

    assertThat(attack.complaints()).as("-Dwaybill.chaos.hostile.seed=" + seed).isEmpty();
    assertThat(attack.line()).endsWith("requests=" + count + " accepted=0 internal=0");
    assertThat(untouched()).isEqualTo(before);
    ClosingLines.add(attack.line());
  }

  private Header caller(String tenant) {
    return Header.bearer(server.issuer.token(tenant, HostileServer.UPLOADER));
  }

  private String told(HostileCall call) throws InterruptedException {
    try {
      attack.answer(call).get();
      throw new AssertionError(call + ": accepted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException refusal) {
        return new String(Failures.of(refusal).bytes(), ISO_8859_1);
      }
      throw new AssertionError(e);
    }
  }
}
