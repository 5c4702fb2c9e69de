package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static io.waybill.server.upload.Domain.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

public class SignPartsTest {
  private final Domain domain = new Domain();

  @Test
  void aUrlEndsWithItsTtl() {
    Upload upload = domain.startAndPutParts(2);

    assertThat(sign(upload, null).get(0).expireTime())
        .isEqualTo(domain.clock.instant().plus(Duration.ofMinutes(15)));
    assertThat(sign(upload, Duration.ofHours(1)).get(0).expireTime())
        .isEqualTo(domain.clock.instant().plus(Duration.ofHours(1)));
  }

  @Test
  void noUrlOutlivesTheSession() {
    Upload upload = domain.startAndPutParts(1);
    for (int hours = 0; hours < 143; hours += 11) {
      sign(upload, null);
      domain.clock.advance(Duration.ofHours(11));
    }
    domain.clock.advance(Duration.ofMinutes(30)); // half an hour before the greatest age

    Instant end = upload.spec().maxExpireTime();
    assertThat(sign(upload, Duration.ofHours(1)).get(0).expireTime()).isEqualTo(end);
    assertThat(domain.now(upload).urlEnd()).isEqualTo(end);
  }

  @Test
  void theEndOfTheLatestUrlIsStoredBeforeAnybodyHasIt() {
    Upload upload = domain.startAndPutParts(1);
    for (int i = 0; i < 200; i++) {
      Instant end = sign(upload, Duration.ofSeconds(1 + i * 17)).get(0).expireTime();

      assertThat(domain.now(upload).urlEnd()).isAfterOrEqualTo(end);
      domain.clock.advance(Duration.ofSeconds(7));
    }
  }

  @Test
  void signingAgainAndAgainHardlyWrites() {
    Upload upload = domain.startAndPutParts(1);
    long before = domain.now(upload).revision();
    for (int i = 0; i < 1_000; i++) {
      sign(upload, null);
      domain.clock.advance(Duration.ofSeconds(1));
    }

    assertThat(domain.now(upload).revision() - before).isBetween(1L, 3L);
  }

  @Test
  void nextMissingGoesByTheLedger() {
    Upload upload = domain.start(40 * MIB, UploadMode.MULTIPART);
    domain.report(upload, 1, "");
    domain.report(upload, 3, "");

    assertThat(
            domain
                .signParts
                .executeNextMissing(ACME, upload.id(), 2, null)
                .toCompletableFuture()
                .join()
                .parts())
        .extracting(SignedPart::number)
        .containsExactly(2, 4);
  }

  /** A URL of a second would be over if the signer read a clock of its own a moment later. */
  @Test
  void aUrlsLifeIsCountedFromTheOneInstantOfItsCall() {
    FakeUrlSigner signer = new FakeUrlSigner();
    Clock everLater =
        new Clock() {
          @Override
          public Instant instant() {
            domain.clock.advance(Duration.ofMillis(700));
            return domain.clock.instant();
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("UTC only");
          }
        };
    SignParts signParts =
        new SignParts(
            domain.sessions,
            domain.store,
            domain.destinations,
            signer,
            everLater,
            new TokenBuckets("signatures_per_second", PerTenant.all(Rate.UNLIMITED), () -> 0),
            (tenant, work) -> work.run());
    Upload upload = domain.start(40 * MIB, UploadMode.MULTIPART);

    // The first call stores how long URLs live, the next ones find that it is stored.
    for (int i = 0; i < 3; i++) {
      Instant end =
          signParts
              .executeNextMissing(ACME, upload.id(), 1, Duration.ofSeconds(1))
              .toCompletableFuture()
              .join()
              .parts()
              .get(0)
              .expireTime();

      assertThat(Duration.between(signer.lastCall(), end)).isEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  void whatDidNotFitIsNotCharged() {
    TokenBuckets signatures =
        new TokenBuckets(
            "signatures_per_second", new PerTenant<>(new Rate(1, 10_000), Map.of()), () -> 0);
    SignParts counted =
        new SignParts(
            domain.sessions,
            domain.store,
            domain.destinations,
            new FakeUrlSigner(),
            domain.clock,
            signatures,
            (tenant, work) -> work.run());
    Upload upload = domain.start(10_000 * 8 * MIB, UploadMode.MULTIPART);

    int signed =
        counted
            .executeNextMissing(ACME, upload.id(), 10_000, null)
            .toCompletableFuture()
            .join()
            .parts()
            .size();

    assertThat(signed).isBetween(1_000, 9_999);
    signatures.take(ACME.tenant(), 10_000 - signed);
    assertThatThrownBy(() -> signatures.take(ACME.tenant(), 1)).isInstanceOf(UploadException.class);
  }

  @Test
  void aReplyHoldsWhatFitsAndSaysSo() {
    Upload upload = domain.start(10_000 * 8 * MIB, UploadMode.MULTIPART);
    List<SignParts.Ask> all =
        IntStream.rangeClosed(1, 10_000).mapToObj(n -> new SignParts.Ask(n, null)).toList();

    SignParts.Signed signed =
        domain.signParts.execute(ACME, upload.id(), all, null).toCompletableFuture().join();

    int weight = signed.parts().stream().mapToInt(SignedPart::weightBytes).sum();
    assertThat(weight).isLessThanOrEqualTo(SignParts.MAX_REPLY_BYTES);
    assertThat(signed.truncated()).isEqualTo(signed.parts().size() < 10_000);
    assertThat(signed.parts().get(signed.parts().size() - 1).number())
        .isEqualTo(signed.parts().size());
  }

  private List<SignedPart> sign(Upload upload, @Nullable Duration ttl) {
    return domain
        .signParts
        .execute(ACME, upload.id(), List.of(new SignParts.Ask(1, null)), ttl)
        .toCompletableFuture()
        .join()
        .parts();
  }
}
