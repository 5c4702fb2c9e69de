package io.waybill.server.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.Upload;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * Ours against the SDK's, to the byte: URL, headers, end, all. Each case is signed by S3Presigner
 * now; every fourth one also by the SDK's signer at a time of its own, since S3Presigner knows no
 * other than now, and with that the credentials rotate.
 */
class SigV4DifferentialTest {
  private static final int CASES = 100_000;
  private static final int ROTATE_EVERY = 4;
  private static final long SEED = 20_130_524;

  private static final String[] REGIONS = {
    "us-east-1",
    "us-west-2",
    "eu-central-1",
    "us-gov-west-1",
    "cn-north-1",
    "us-iso-east-1",
    "ap-southeast-5",
    "aws-global",
    "nowhere-1"
  };
  private static final String[] ENDPOINTS = {
    "http://127.0.0.1:9000",
    "https://s3.example.com",
    "https://s3.example.com:8443",
    "https://s3.example.com:443",
    "http://S3.Example.com:80/",
    "http://localhost",
    "http://[::1]:9000"
  };
  private static final String[] BUCKETS = {
    "waybill-test",
    "my.bucket.example",
    "Old_Bucket",
    "192.168.1.1",
    "a-s3alias",
    "bucket--use1-az4--x-s3"
  };

  private record Place(String destination, String bucket) {}

  private final RandomUploads uploads = new RandomUploads(new Random(SEED));
  private final List<S3Connection> connections = connections();

  private AwsCredentials credentials = AwsBasicCredentials.create("AKIDEXAMPLE", "secret");
  private Instant ourNow = Instant.EPOCH;

  private final SdkUrlSigner sdk = new SdkUrlSigner(connections, () -> credentials);

  private final SigV4UrlSigner ours =
      new SigV4UrlSigner(connections, () -> credentials, () -> ourNow);

  @Test
  void agreesWithTheSdkOnEveryByte() {
    try (sdk) {
      Place[] places = places().toArray(Place[]::new);
      assertThat(places.length).isGreaterThan(300);
      for (int i = 0; i < CASES; i++) {
        Place place = uploads.one(places);
        Upload upload = uploads.upload(place.destination, place.bucket);
        try {
          SignedPart now = compareNow(upload);
          if (i % ROTATE_EVERY == 0) {
            compareThen(upload, now);
            credentials = uploads.credentials(Instant.now());
          }
        } catch (RuntimeException | AssertionError e) {
          fail("case %d of seed %d: %s".formatted(i, SEED, upload), e);
        }
      }
    }
  }

  private SignedPart compareNow(Upload upload) {
    int number = uploads.partNumber(upload);
    Checksum checksum = uploads.checksum(upload.spec().algorithm());
    Duration life = uploads.life();
    Instant end;
    SignedPart theirs;
    do {
      // Again, where a second has passed between its two looks at the clock.
      end = Instant.now().plus(life);
      // A whole one, as S3 counts.
      ourNow = Instant.now().truncatedTo(ChronoUnit.SECONDS);
      theirs = sdk.sign(upload, number, checksum, ourNow, end);
    } while (!theirs.url().contains("X-Amz-Date=" + date(ourNow)));

    compare(ours.sign(upload, number, checksum, ourNow, end), theirs);
    return theirs;
  }

  /** At a time of its own, and with other credentials; two in a row, for what is kept between. */
  private void compareThen(Upload upload, SignedPart now) {
    ourNow = uploads.instant();
    credentials = uploads.credentials(ourNow);
    Instant end = ourNow.plus(uploads.life());
    Instant last =
        credentials
            .expirationTime()
            .map(e -> e.minusSeconds(60))
            .filter(e -> e.isBefore(end))
            .orElse(end);
    long seconds = Math.min(last.getEpochSecond() - ourNow.getEpochSecond(), 7 * 86_400);
    for (int i = 0; i < 2; i++) {
      int number = uploads.partNumber(upload);
      Checksum checksum = uploads.checksum(upload.spec().algorithm());
      SignedPart then = ours.sign(upload, number, checksum, ourNow, end);

      Map<String, String> headers = new TreeMap<>(then.headers());
      headers.put("content-length", Long.toString(upload.spec().plan().sizeOf(number)));
      String url = now.url().replaceFirst("\\?partNumber=\\d+", "?partNumber=" + number);
      assertThat(then.url())
          .isEqualTo(
              ResignedUrl.of(url, headers, credentials, ourNow, Duration.ofSeconds(seconds)));
      assertThat(then.headers().keySet()).isEqualTo(now.headers().keySet());
      assertThat(then.expireTime().getEpochSecond()).isEqualTo(ourNow.getEpochSecond() + seconds);
    }
  }

  private static void compare(SignedPart ours, SignedPart theirs) {
    assertThat(ours.url()).isEqualTo(theirs.url());
    assertThat(ours).isEqualTo(theirs);
  }

  /** Where the SDK signs; where it does not, ours does not. */
  private List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (S3Connection connection : connections) {
      for (String bucket : BUCKETS) {
        Upload upload = uploads.upload(connection.destination(), bucket);
        Checksum checksum = uploads.checksum(upload.spec().algorithm());
        Instant end = Instant.now().plusSeconds(60);
        try {
          sdk.sign(upload, 1, checksum, Instant.now(), end);
          places.add(new Place(connection.destination(), bucket));
        } catch (RuntimeException e) {
          assertThatThrownBy(() -> ours.sign(upload, 1, checksum, Instant.now(), end))
              .isInstanceOf(StorageException.class);
        }
      }
    }
    return places;
  }

  private static List<S3Connection> connections() {
    List<S3Connection> connections = new ArrayList<>();
    for (boolean pathStyle : new boolean[] {true, false}) {
      for (String region : REGIONS) {
        connections.add(connection(connections.size(), region, null, null, pathStyle));
      }
      for (String endpoint : ENDPOINTS) {
        for (String region : new String[] {"us-east-1", "eu-central-1"}) {
          URI uri = URI.create(endpoint);
          URI inside = URI.create("http://inside:1234");
          connections.add(connection(connections.size(), region, uri, null, pathStyle));
          connections.add(connection(connections.size(), region, inside, uri, pathStyle));
        }
      }
    }
    return connections;
  }

  private static S3Connection connection(
      int number,
      String region,
      @Nullable URI endpoint,
      @Nullable URI signingEndpoint,
      boolean pathStyle) {
    return new S3Connection("d" + number, region, endpoint, signingEndpoint, pathStyle);
  }

  private static String date(Instant second) {
    return second.toString().replaceAll("[:-]", "");
  }
}
