package io.waybill.server.e2e;

import io.waybill.server.dev.EmbeddedS3;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The embedded S3 for a test: counts the PUTs it takes, and can be made to hold them. */
final class TestS3 implements AutoCloseable {
  static final String BUCKET = "e2e";
  private static final String ACCESS_KEY = "e2e-access";
  private static final String SECRET_KEY = "e2e-secret";

  private final EmbeddedS3 s3;
  private final Map<Integer, AtomicInteger> puts = new ConcurrentHashMap<>();
  private volatile EmbeddedS3.Listener hold = (key, part) -> {};

  private TestS3(Path folder) throws IOException {
    s3 = EmbeddedS3.start(folder, 0, ACCESS_KEY, SECRET_KEY, List.of(BUCKET), this::stored);
  }

  static TestS3 start(Path folder) throws IOException {
    return new TestS3(folder);
  }

  /** Called after a body was stored and before the uploader is told. */
  void onStored(EmbeddedS3.Listener listener) {
    hold = listener;
  }

  int puts() {
    return puts.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  String config() {
    return """
    destinations:
      - name: main
        bucket: %s
        region: us-east-1
        endpoint: %s
        path_style: true
        multipart_threshold: 6MiB
        part_size: 5MiB
        max_size: 1GiB
        content_types: ["application/*", "text/plain"]
    """
        .formatted(BUCKET, s3.endpoint());
  }

  Map<String, String> credentials() {
    return Map.of("AWS_ACCESS_KEY_ID", ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", SECRET_KEY);
  }

  URI endpoint() {
    return s3.endpoint();
  }

  /** For many requests; the caller closes it. */
  S3Client client() {
    return S3Client.builder()
        .endpointOverride(s3.endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
        .build();
  }

  byte[] object(String key) {
    return with(s3 -> s3.getObjectAsBytes(get -> get.bucket(BUCKET).key(key)).asByteArray());
  }

  /** Somebody makes a multipart upload behind Waybill's back. */
  void createMultipartUpload(String key) {
    with(s3 -> s3.createMultipartUpload(create -> create.bucket(BUCKET).key(key)));
  }

  /** The keys of all unfinished multipart uploads, which somebody has to pay for. */
  List<String> multipartKeys() {
    return with(
        s3 ->
            s3.listMultipartUploads(list -> list.bucket(BUCKET)).uploads().stream()
                .map(MultipartUpload::key)
                .sorted()
                .toList());
  }

  /** The keys of all objects. */
  List<String> keys() {
    return with(
        s3 ->
            s3.listObjectsV2(list -> list.bucket(BUCKET)).contents().stream()
                .map(S3Object::key)
                .toList());
  }

  private <T> T with(Function<S3Client, T> ask) {
    try (S3Client client = client()) {
      return ask.apply(client);
    }
  }

  @Override
  public void close() {
    s3.close();
  }

  private void stored(String key, int partNumber) {
    if (key.contains(".waybill-probe/")) {
      return; // a start-up check's, which nobody uploaded
    }
    puts.computeIfAbsent(partNumber, n -> new AtomicInteger()).incrementAndGet();
    hold.stored(key, partNumber);
  }
}
