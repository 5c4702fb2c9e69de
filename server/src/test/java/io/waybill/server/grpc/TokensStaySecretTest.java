package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.nimbusds.jose.JWSHeader;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.waybill.server.auth.TestIssuer;
import io.waybill.v1.ListUploadsRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever becomes of a token, it is in no log, no error and no text. */
class TokensStaySecretTest {
  @TempDir Path folder;

  private final Logger root = Logger.getLogger("");
  private final Logger ours = Logger.getLogger("io.waybill");
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          logged.add(new SimpleFormatter().format(event));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private @Nullable Level before;

  @BeforeEach
  void listen() {
    before = ours.getLevel();
    handler.setLevel(Level.ALL);
    ours.setLevel(Level.ALL);
    root.addHandler(handler);
  }

  @AfterEach
  void stop() {
    root.removeHandler(handler);
    ours.setLevel(before);
  }

  @Test
  void whateverBecomesOfThem() {
    try (SecuredWaybill waybill = SecuredWaybill.withTokens(folder, Reflection.OFF)) {
      ManagedChannel channel = waybill.plaintext();
      TestIssuer issuer = waybill.issuer;
      JWSHeader strange = new JWSHeader.Builder(issuer.header().build()).keyID("?").build();
      List<String> tokens =
          List.of(
              issuer.token("acme", "waybill-uploader"),
              issuer.token("acme", "no role"),
              issuer.token("NO TENANT"),
              issuer.token(issuer.claims().audience("other")),
              issuer.token(issuer.claims().expirationTime(null)),
              issuer.signed(strange, issuer.claims().build()),
              issuer.token("acme") + "x",
              issuer.token("acme").replace('.', '!'),
              issuer.token(issuer.claims().claim("x", "y".repeat(9_000))));
      List<String> told = new ArrayList<>();
      for (String token : tokens) {
        told.add(tell(waybill, channel, "Bearer " + token));
        told.add(tell(waybill, channel, token));
        told.add(tell(waybill, channel, "Basic " + token));
      }
      waybill.rig.store.breakWith(new IllegalStateException("a defect with a stack trace"));
      told.add(tell(waybill, channel, "Bearer " + tokens.get(0)));

      String log = String.join("\n", logged);
      assertThat(log).contains("a defect with a stack trace");
      assertThat(told).as("the genuine one is taken").contains("OK").doesNotContain("");
      for (String token : tokens) {
        for (String piece : pieces(token)) {
          assertThat(log).doesNotContain(piece);
          assertThat(told).noneMatch(text -> text.contains(piece));
        }
      }
    }
  }

  private static String tell(SecuredWaybill waybill, ManagedChannel channel, String header) {
    Throwable thrown =
        catchThrowable(
            () ->
                waybill
                    .stub(channel, "authorization", header)
                    .listUploads(ListUploadsRequest.getDefaultInstance()));
    if (!(thrown instanceof StatusRuntimeException e)) {
      return "OK";
    }
    Failures failure = Failures.of(e);
    return failure.status() + " " + failure.info() + " " + e.getTrailers();
  }

  /** Of the payload and of the signature; the header is the same for everybody. */
  private static List<String> pieces(String token) {
    int payload = Math.max(token.indexOf('.'), token.indexOf('!')) + 10;
    return List.of(token.substring(payload, payload + 40), token.substring(token.length() - 40));
  }
}
