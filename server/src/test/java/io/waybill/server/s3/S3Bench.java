package io.waybill.server.s3;

import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.active;
import static io.waybill.server.s3.TestUploads.bytes;
import static io.waybill.server.s3.TestUploads.planned;
import static io.waybill.server.upload.S3Limits.MIN_PART_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.ObjectStore.PartPage;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** An S3 to try things on: the adapter under test, a plain client beside it, and tools. */
final class S3Bench implements AutoCloseable {
  static final String ACCESS_KEY = "AKIDEXAMPLE";
  static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  private final URI endpoint;
  private final String region;
  private final Set<Leniency> leniencies;
  private final S3Storage storage;
  private final S3Client reader;

  /**
   * Opens one.
   *
   * @param endpoint where a server listens that has the bucket of {@link TestUploads}
   * @param leniencies in what it differs from Amazon's
   */
  S3Bench(URI endpoint, String region, Set<Leniency> leniencies) {
    this.endpoint = endpoint;
    this.region = region;
    this.leniencies = Set.copyOf(leniencies);
    this.storage = open(endpoint, SECRET_KEY);
    this.reader =
        S3Client.builder()
            .httpClient(Apache5HttpClient.create())
            .region(Region.of(region))
            .endpointOverride(endpoint)
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            // The fake does not read signed chunks.
            .serviceConfiguration(c -> c.chunkedEncodingEnabled(false))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
            .build();
  }

  @Override
  public void close() {
    reader.close();
    storage.close();
  }

  /** The adapter on another server, or with another secret. */
  S3Storage open(URI where, String secretKey) {
    S3Connection connection = new S3Connection(DESTINATION, region, where, null, true);
    return S3Storage.open(List.of(connection), ACCESS_KEY, secretKey, Clock.systemUTC());
  }

  boolean lets(Leniency leniency) {
    return leniencies.contains(leniency);
  }

  /** What HEAD tells of a finished object. */
  StoredObject shown(StoredObject done) {
    return lets(Leniency.SHOWS_NO_CHECKSUMS)
        ? new StoredObject(done.etag(), done.versionId(), done.sizeBytes(), null)
        : done;
  }

  URI endpoint() {
    return endpoint;
  }

  S3Storage storage() {
    return storage;
  }

  ObjectStore store() {
    return storage.objectStore();
  }

  /** A client that is not the adapter's. */
  S3Client reader() {
    return reader;
  }

  SignedPart sign(UploadSpec spec, String storageUploadId, int number, byte[] body) {
    return storage
        .urlSigner()
        .sign(
            active(spec, storageUploadId),
            number,
            TestChecksums.of(spec.algorithm(), body),
            Instant.now(),
            Instant.now().plusSeconds(60));
  }

  HttpResponse<String> putPart(UploadSpec spec, String storageUploadId, int number, byte[] body) {
    return SignedPut.send(sign(spec, storageUploadId, number, body), body);
  }

  /** Puts every part of the plan. */
  List<Part> putAll(UploadSpec spec, String storageUploadId, byte[] file) {
    List<Part> parts = new ArrayList<>();
    PartPlan plan = spec.plan();
    for (int number = 1; number <= plan.partCount(); number++) {
      int from = (int) plan.offsetOf(number);
      byte[] body = Arrays.copyOfRange(file, from, from + (int) plan.sizeOf(number));
      HttpResponse<String> response = putPart(spec, storageUploadId, number, body);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      parts.add(
          new Part(
              number,
              body.length,
              etagOf(response),
              TestChecksums.of(spec.algorithm(), body),
              Instant.now()));
    }
    return parts;
  }

  /** Puts ten bytes as any part: the last one of a plan that ends there. */
  Part putTiny(UploadSpec spec, String storageUploadId, int number) {
    PartPlan endsThere =
        number == 1
            ? PartPlan.whole(10)
            : new PartPlan((number - 1) * MIN_PART_BYTES + 10, MIN_PART_BYTES);
    HttpResponse<String> response =
        putPart(planned(spec, endsThere), storageUploadId, number, bytes(10));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new Part(number, 10, etagOf(response), null, Instant.now());
  }

  static List<Checksum> checksumsOf(List<Part> parts) {
    return parts.stream().map(part -> part.checksum()).toList();
  }

  static List<byte[]> cut(byte[] file) {
    List<byte[]> parts = new ArrayList<>();
    for (int from = 0; from < file.length; from += (int) MIN_PART_BYTES) {
      parts.add(Arrays.copyOfRange(file, from, Math.min(file.length, from + (int) MIN_PART_BYTES)));
    }
    return parts;
  }

  List<Part> listAll(UploadSpec spec, String storageUploadId, int most) {
    List<Part> parts = new ArrayList<>();
    PartPage page = store().listParts(spec, storageUploadId, 0, most);
    parts.addAll(page.parts());
    while (page.hasMore()) {
      page = store().listParts(spec, storageUploadId, parts.get(parts.size() - 1).number(), most);
      parts.addAll(page.parts());
    }
    return parts;
  }

  static String etagOf(HttpResponse<String> response) {
    Optional<String> etag = response.headers().firstValue("ETag");
    return Part.unquoted(etag.orElseThrow());
  }

  byte[] read(UploadSpec spec) {
    return reader.getObjectAsBytes(g -> g.bucket(spec.bucket()).key(spec.key())).asByteArray();
  }

  HeadObjectResponse headRaw(UploadSpec spec) {
    return reader.headObject(h -> h.bucket(spec.bucket()).key(spec.key()));
  }

  static Kind kindOf(Runnable call) {
    StorageException refusal = catchThrowableOfType(StorageException.class, call::run);
    assertThat(refusal).as("it was not refused").isNotNull();
    assertThat(refusal.getMessage()).doesNotContain(SECRET_KEY).doesNotContain("Signature=");
    return refusal.kind();
  }

  /** All keys that the store lists under one. */
  List<String> keysUnder(String prefix) {
    return reader.listObjectsV2(l -> l.bucket(BUCKET).prefix(prefix)).contents().stream()
        .map(object -> object.key())
        .toList();
  }
}
