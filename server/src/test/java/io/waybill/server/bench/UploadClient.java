package io.waybill.server.bench;

import com.sun.management.OperatingSystemMXBean;
import io.waybill.client.UploadOptions;
import io.waybill.client.Uploader;
import io.waybill.client.WaybillClient;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.UploadMode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/**
 * One of the clients that are compared, as a process: uploads the file named by each line of its
 * standard input, and answers with an {@link UploadTime}.
 */
final class UploadClient {
  static final int PART_BYTES = 8 << 20;

  /** A way to bring a file to S3. */
  interface Way extends AutoCloseable {
    void upload(Path file) throws Exception;
  }

  private UploadClient() {}

  /** Arguments: the way, its address, and the number of connections. */
  public static void main(String[] args) throws Exception {
    int parallel = Integer.parseInt(args[2]);
    var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Way way =
        switch (args[0]) {
          case "waybill" -> waybill(args[1], parallel);
          case "netty" -> transferManager(netty(args[1], parallel));
          case "crt" -> transferManager(crt(args[1], parallel));
          default -> throw new IllegalArgumentException(args[0]);
        }) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Path file = Path.of(line);
        long cpu = os.getProcessCpuTime();
        long wall = System.nanoTime();
        way.upload(file);
        wall = System.nanoTime() - wall;
        cpu = os.getProcessCpuTime() - cpu;
        System.out.println(UploadTime.ofNanos(wall, cpu).line());
      }
    }
  }

  private static Way waybill(String target, int parallel) throws Exception {
    WaybillClient client = WaybillClient.builder(target).plaintext().build();
    Uploader.Builder builder = Uploader.builder(client).withoutStateFiles();
    Uploader uploader = builder.parallel(parallel).build();
    UploadOptions options =
        UploadOptions.builder()
            .mode(UploadMode.UPLOAD_MODE_MULTIPART)
            .partSizeBytes(PART_BYTES)
            .checksumAlgorithm(ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C)
            .build();
    return new Way() {
      @Override
      public void upload(Path file) throws Exception {
        long size = uploader.upload(file, options).getObject().getSizeBytes();
        if (size != Files.size(file)) {
          throw new AssertionError("an object of " + size + " bytes");
        }
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }

  private static Way transferManager(S3AsyncClient s3) {
    S3TransferManager manager = S3TransferManager.builder().s3Client(s3).build();
    return new Way() {
      @Override
      public void upload(Path file) {
        var unused =
            manager
                .uploadFile(
                    upload ->
                        upload
                            .source(file)
                            .putObjectRequest(
                                put ->
                                    put.bucket(SinkS3.BUCKET)
                                        .key(UUID.randomUUID().toString())
                                        .checksumAlgorithm(
                                            software.amazon.awssdk.services.s3.model
                                                .ChecksumAlgorithm.CRC32_C)))
                .completionFuture()
                .join();
      }

      @Override
      public void close() {
        manager.close();
        s3.close();
      }
    };
  }

  private static StaticCredentialsProvider credentials() {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(SinkS3.ACCESS_KEY, SinkS3.SECRET_KEY));
  }

  private static S3AsyncClient netty(String endpoint, int parallel) {
    return S3AsyncClient.builder()
        .endpointOverride(URI.create(endpoint))
        .region(Region.of(SinkS3.REGION))
        .forcePathStyle(true)
        .credentialsProvider(credentials())
        .httpClient(
            software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient.builder()
                .maxConcurrency(parallel)
                .build())
        .multipartEnabled(true)
        .multipartConfiguration(
            parts -> parts.minimumPartSizeInBytes((long) PART_BYTES).thresholdInBytes(1L))
        .build();
  }

  private static S3AsyncClient crt(String endpoint, int parallel) {
    return S3AsyncClient.crtBuilder()
        .endpointOverride(URI.create(endpoint))
        .region(Region.of(SinkS3.REGION))
        .forcePathStyle(true)
        .credentialsProvider(credentials())
        .minimumPartSizeInBytes((long) PART_BYTES)
        .thresholdInBytes((long) PART_BYTES)
        .maxConcurrency(parallel)
        .build();
  }
}
