package io.waybill.server.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UrlSigner;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

class SigV4UrlSignerTest implements UrlSignerContract {
  private static final Instant NOW = Instant.parse("2013-05-24T23:59:59.700Z");
  private static final Upload UPLOAD =
      TestUploads.active(
          TestUploads.multipart(PartPlan.inParts(10_000L << 20, 8 << 20)).spec(), "storage-id");

  @Override
  public UrlSigner signer(
      S3Connection connection, AwsCredentialsProvider credentials, InstantSource clock) {
    return new SigV4UrlSigner(List.of(connection), credentials, clock);
  }

  private UrlSigner signer(AwsCredentialsProvider credentials, InstantSource clock) {
    URI endpoint = URI.create("http://127.0.0.1:9000");
    return signer(
        new S3Connection(TestUploads.DESTINATION, "eu-central-1", endpoint, null, true),
        credentials,
        clock);
  }

  @Test
  void datesAndEndsByOneClock() {
    SignedPart part = signer(KEYS, () -> NOW).sign(UPLOAD, 1, null, NOW, NOW.plusMillis(60_900));

    assertThat(part.url()).contains("X-Amz-Date=20130524T235959Z").contains("X-Amz-Expires=61&");
    assertThat(part.expireTime()).isEqualTo("2013-05-25T00:01:00Z");
  }

  /** However late it is signed: reading the database comes between. */
  @Test
  void aLifeOfOneSecondIsCountedFromTheCallAndNotFromTheSignature() {
    for (long late : new long[] {0, 1, 299, 300, 2_000}) {
      UrlSigner signer = signer(KEYS, () -> NOW.plusMillis(late));
      signer.prepare();

      SignedPart part = signer.sign(UPLOAD, 1, null, NOW, NOW.plusSeconds(1));

      assertThat(part.url()).contains("X-Amz-Date=20130524T235959Z").contains("X-Amz-Expires=1&");
    }
  }

  @Test
  void aCallThatCameBeforeTheCredentialsWereAskedForDoesNotAskAgain() {
    AtomicInteger asked = new AtomicInteger();
    UrlSigner signer =
        signer(
            () -> {
              asked.incrementAndGet();
              return KEYS.resolveCredentials();
            },
            () -> NOW);
    signer.prepare();

    signer.sign(UPLOAD, 1, null, NOW.minusSeconds(3), NOW.plusSeconds(60));
    signer.sign(UPLOAD, 2, null, NOW.minusMillis(1), NOW.plusSeconds(60));

    assertThat(asked).hasValue(1);
  }

  @Test
  void signsWithTheDaysKey() {
    AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    UrlSigner signer = signer(KEYS, clock::get);
    Instant end = NOW.plusSeconds(60);
    String today = signer.sign(UPLOAD, 1, null, now(clock), end).url();

    clock.set(NOW.plusSeconds(1));
    String tomorrow = signer.sign(UPLOAD, 1, null, now(clock), end).url();
    clock.set(NOW);

    assertThat(tomorrow).contains("%2F20130525%2F").contains("X-Amz-Date=20130525T000000Z");
    assertThat(signer.sign(UPLOAD, 1, null, now(clock), end).url())
        .isEqualTo(today)
        .contains("%2F20130524%2F");
  }

  @Test
  void takesCredentialsThatRotateWithinASecond() {
    AtomicReference<AwsCredentials> keys =
        new AtomicReference<>(AwsBasicCredentials.create("AKIDFIRST", "secret"));
    AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    AtomicInteger asked = new AtomicInteger();
    UrlSigner signer =
        signer(
            () -> {
              asked.incrementAndGet();
              return keys.get();
            },
            clock::get);
    Instant end = NOW.plusSeconds(60);
    for (int number = 1; number <= 100; number++) {
      assertThat(signer.sign(UPLOAD, number, null, now(clock), end).url())
          .contains("=AKIDFIRST%2F");
    }
    assertThat(asked).hasValue(1);

    keys.set(AwsBasicCredentials.create("AKIDSECOND", "secret"));
    clock.set(NOW.plusMillis(999));
    assertThat(signer.sign(UPLOAD, 1, null, now(clock), end).url()).contains("=AKIDFIRST%2F");
    assertThat(asked).hasValue(1);
    clock.set(NOW.plusSeconds(1));

    assertThat(signer.sign(UPLOAD, 1, null, now(clock), end).url()).contains("=AKIDSECOND%2F");
    assertThat(asked).hasValue(2);
  }

  @Test
  void whoFindsItReadyHasTheTimeToSignWithoutAskingForCredentials() {
    AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    AtomicInteger asked = new AtomicInteger();
    UrlSigner signer =
        signer(
            () -> {
              asked.incrementAndGet();
              return KEYS.resolveCredentials();
            },
            clock::get);
    assertThat(signer.isReady(UPLOAD)).isFalse();
    Instant end = NOW.plusSeconds(60);
    signer.sign(UPLOAD, 1, null, now(clock), end);

    clock.set(NOW.plusMillis(899));
    assertThat(signer.isReady(UPLOAD)).isTrue();
    clock.set(NOW.plusMillis(998));
    signer.sign(UPLOAD, 1, null, now(clock), end);
    assertThat(asked).hasValue(1);

    clock.set(NOW.plusMillis(900));
    assertThat(signer.isReady(UPLOAD)).isFalse();
    signer.prepare();
    assertThat(signer.isReady(UPLOAD)).isTrue();
    signer.prepare();
    assertThat(asked).hasValue(2);
    clock.set(NOW.minusMillis(1));
    assertThat(signer.isReady(UPLOAD)).as("a clock that was set back").isFalse();
  }

  @Test
  void signsNothingWithoutAName() {
    StorageException refusal =
        catchThrowableOfType(
            StorageException.class,
            () ->
                signer(AnonymousCredentialsProvider.create(), () -> NOW)
                    .sign(UPLOAD, 1, null, NOW, NOW.plusSeconds(60)));

    assertThat(refusal.kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void signsOnManyThreadsAtOnce() throws Exception {
    UrlSigner signer = signer(KEYS, () -> NOW);
    Upload other = TestUploads.active(TestUploads.single(9).spec(), "");
    List<String> expected = urls(signer, other);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<List<String>> task = () -> urls(signer, other);
      for (Future<List<String>> urls :
          threads.invokeAll(IntStream.range(0, 64).mapToObj(i -> task).toList())) {
        assertThat(urls.get(30, TimeUnit.SECONDS)).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Instant now(AtomicReference<Instant> clock) {
    return Objects.requireNonNull(clock.get());
  }

  /** Of two uploads by turns. */
  private static List<String> urls(UrlSigner signer, Upload other) {
    return IntStream.rangeClosed(1, 200)
        .mapToObj(
            i ->
                i % 3 == 0
                    ? signer.sign(other, 1, null, NOW, NOW.plusSeconds(60)).url()
                    : signer.sign(UPLOAD, i, null, NOW, NOW.plusSeconds(60)).url())
        .toList();
  }
}
