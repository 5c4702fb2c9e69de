package io.waybill.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.s3.S3Connection;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.AbortUpload;
import io.waybill.server.upload.Assembly;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.CompleteUpload;
import io.waybill.server.upload.ConfirmUpload;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.ContentTypes;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.FullLedgers;
import io.waybill.server.upload.KeyTemplate;
import io.waybill.server.upload.LastLook;
import io.waybill.server.upload.MutableClock;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.Pauses;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Rate;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Sessions;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.StorageCleaning;
import io.waybill.server.upload.StorageCreation;
import io.waybill.server.upload.SweepUploads;
import io.waybill.server.upload.Swept;
import io.waybill.server.upload.TenantExecutor;
import io.waybill.server.upload.TestAssembly;
import io.waybill.server.upload.TestFeatures;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadPlanner;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Two servers' use cases on one SQLite file and one S3 over HTTP. What time it is the test says,
 * but for S3 and the queue.
 */
final class EventRig implements AutoCloseable {
  static final String BUCKET = "events";
  static final Caller ACME = new Caller("acme", "test");

  /** Where uploads are completed without their callers; with exact keys, too; and where not. */
  static final String BY_ITSELF = "by-itself";

  static final String EXACT = "exact";
  static final String BY_CALLER = "by-caller";

  private static final String ACCESS_KEY = "events-access";
  private static final String SECRET_KEY = "events-secret";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  final MutableClock clock = new MutableClock(Instant.now());
  final FakeAwsS3 s3;
  final S3Storage storage;
  final JdbiUploadStore store;
  final SweepUploads sweep;
  final StartUpload start;
  final ReportPart report;
  final AbortUpload abort;
  final CompleteUpload complete;
  private final SignParts sign;
  private final Sessions sessions;
  private final Destinations destinations;
  private final Assembly assembly;
  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private int requests;

  EventRig(Path folder) throws IOException {
    s3 = FakeAwsS3.start(ACCESS_KEY, SECRET_KEY, 5, Clock.systemUTC(), List.of(BUCKET));
    destinations =
        new Destinations(
            List.of(
                destination(BY_ITSELF, KeyTemplate.DEFAULT, false, true),
                destination(EXACT, KeyTemplate.DEFAULT_EXACT, true, true),
                destination(BY_CALLER, KeyTemplate.DEFAULT, false, false)));
    storage =
        S3Storage.open(
            destinations.names().stream()
                .map(name -> new S3Connection(name, FakeAwsS3.REGION, s3.endpoint(), null, true))
                .toList(),
            ACCESS_KEY,
            SECRET_KEY,
            clock);
    store = JdbiUploadStore.open(folder.resolve("waybill.db"), clock, threads);
    Timing timing = Timing.DEFAULT;
    Pauses pauses = duration -> {};
    ObjectStore objects = storage.objectStore();
    TestAssembly wired = TestAssembly.of(store, objects, destinations, clock, pauses, timing);
    sessions = wired.sessions();
    StorageCreation creation = wired.creation();
    StorageCleaning cleaning = wired.cleaning();
    assembly = wired.assembly();
    complete = newCompletions();
    sign =
        new SignParts(
            sessions,
            store,
            destinations,
            storage.urlSigner(),
            clock,
            new TokenBuckets(
                "signatures_per_second", PerTenant.all(Rate.UNLIMITED), System::nanoTime),
            onThreads());
    start =
        new StartUpload(
            new UploadPlanner(destinations, clock, new Random()),
            store,
            sessions,
            creation,
            sign,
            clock,
            pauses,
            timing);
    report =
        new ReportPart(
            sessions,
            store,
            clock,
            onThreads(),
            new FullLedgers(destinations, store, complete, onThreads(), (pause, work) -> {}));
    abort = new AbortUpload(sessions, store, cleaning, clock);
    sweep =
        new SweepUploads(
            store,
            creation,
            cleaning,
            complete,
            new LastLook(destinations, assembly, complete, clock, timing),
            clock);
  }

  private CompleteUpload newCompletions() {
    return new CompleteUpload(sessions, assembly, onThreads());
  }

  private TenantExecutor onThreads() {
    return (tenant, work) -> threads.execute(work);
  }

  /** One server's own: what is under way at another's it does not know. */
  ConfirmUpload newConfirm() {
    return new ConfirmUpload(store, storage.objectStore(), destinations, newCompletions());
  }

  Upload start(String destination, UploadMode mode, long sizeBytes) {
    String request = "r" + ++requests;
    return start
        .execute(
            ACME,
            new StartUpload.Request(
                request,
                destination,
                "dir/" + request + " +é.bin",
                "file.bin",
                "",
                OptionalLong.of(sizeBytes),
                0,
                mode,
                null,
                Map.of(),
                null,
                0,
                false,
                List.of()))
        .upload();
  }

  /** A single PUT of five bytes, which nobody reports. */
  Upload startAndPut(String destination) {
    Upload upload = start(destination, UploadMode.SINGLE, 5);
    put(upload);
    return upload;
  }

  /**
   * A multipart upload as a server leaves it that died after COMPLETING was written.
   *
   * @param sent whether S3 was asked to put it together
   */
  Upload completing(boolean sent) {
    Upload upload = start(BY_CALLER, UploadMode.MULTIPART, 5);
    put(upload);
    String id = upload.progress().storageUploadId();
    List<Part> manifest = storage.objectStore().listParts(upload.spec(), id, 0, 10).parts();
    store.replace(
        upload,
        upload.progress().completing(clock.instant()),
        new UploadStore.LedgerChange(manifest, List.of()));
    if (sent) {
      storage.objectStore().completeMultipartUpload(upload.spec(), id, manifest);
    }
    return upload;
  }

  /** PUTs every part that is missing. */
  void put(Upload upload) {
    signed(upload).forEach(part -> assertThat(send(part)).isEqualTo(200));
  }

  List<SignedPart> signed(Upload upload) {
    return sign.executeNextMissing(ACME, upload.id(), 10, null)
        .toCompletableFuture()
        .join()
        .parts();
  }

  static int send(SignedPart part) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(part.url()))
            .timeout(Duration.ofSeconds(20))
            .method(part.method(), BodyPublishers.ofByteArray(new byte[(int) part.sizeBytes()]));
    part.headers().forEach(request::header);
    try {
      return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Somebody else puts an object, as large as ours would be, and with our own credentials. */
  void putByStranger(String key) {
    try (S3Client client =
        S3Client.builder()
            .httpClient(Apache5HttpClient.create())
            .region(Region.of(FakeAwsS3.REGION))
            .endpointOverride(s3.endpoint())
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .serviceConfiguration(c -> c.chunkedEncodingEnabled(false))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
            .build()) {
      client.putObject(p -> p.bucket(BUCKET).key(key), RequestBody.fromBytes(new byte[5]));
    }
  }

  void report(Upload upload, int number) {
    report
        .execute(ACME, upload.id(), new ReportPart.Report(number, "", OptionalLong.empty(), null))
        .toCompletableFuture()
        .join();
  }

  /** Sweeps until there is nothing left that a pass could do. */
  void sweep() {
    while (sweep.execute(Duration.ofMinutes(1)).stream()
        .anyMatch(swept -> swept.outcome() == Swept.Outcome.DONE)) {
      // There may be more.
    }
  }

  Upload now(Upload upload) {
    return store.find(ACME.tenant(), upload.id()).orElseThrow();
  }

  UploadState stateOf(Upload upload) {
    return now(upload).state();
  }

  /** What S3 says when the upload's object is created. */
  static String eventOf(Upload upload) {
    return Documents.s3("ObjectCreated:Put", BUCKET, upload.spec().key());
  }

  @Override
  public void close() {
    threads.shutdown();
    store.close();
    storage.close();
    s3.close();
  }

  private static Destination destination(
      String name, String template, boolean exact, boolean completeOnEvent) {
    return new Destination(
        name,
        BUCKET,
        new KeyTemplate(name + "/", template, exact),
        new ContentTypes(List.of("*/*")),
        S3Limits.MAX_OBJECT_BYTES,
        S3Limits.MIN_PART_BYTES,
        100 * S3Limits.MIB,
        false,
        false,
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(24),
        Duration.ofDays(6),
        ContentCheck.OFF,
        TestFeatures.AWS,
        PerTenant.all(Quota.UNLIMITED),
        completeOnEvent);
  }
}
