package io.waybill.server.s3.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** What S3 really holds: asked past the proxy, and past the adapter. */
final class RealS3 implements AutoCloseable {
  private final S3Client client;
  private final String bucket;

  RealS3(URI endpoint, String region, AwsBasicCredentials credentials, String bucket) {
    this.bucket = bucket;
    this.client =
        S3Client.builder()
            .httpClient(Apache5HttpClient.create())
            .region(Region.of(region))
            .endpointOverride(endpoint)
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .build();
  }

  @Override
  public void close() {
    client.close();
  }

  /** The ids of unfinished uploads under a prefix. */
  List<String> uploadIds(String prefix) {
    return client.listMultipartUploads(l -> l.bucket(bucket).prefix(prefix)).uploads().stream()
        .filter(upload -> upload.key().startsWith(prefix))
        .map(MultipartUpload::uploadId)
        .toList();
  }

  List<String> keys(String prefix) {
    return client.listObjectsV2(l -> l.bucket(bucket).prefix(prefix)).contents().stream()
        .map(object -> object.key())
        .toList();
  }

  /** The upload is COMPLETED, its object is there, its own and whole, and nothing is beside it. */
  void assertHoldsJust(String prefix, Upload completed, byte[] file) {
    assertThat(completed.state()).isEqualTo(UploadState.COMPLETED);
    assertThat(keys(prefix)).containsExactly(completed.spec().key());
    ResponseBytes<GetObjectResponse> object =
        client.getObjectAsBytes(g -> g.bucket(bucket).key(completed.spec().key()));
    assertThat(object.asByteArray()).isEqualTo(file);
    assertThat(object.response().metadata())
        .containsEntry("waybill-upload-id", completed.id().toString());
    assertThat(object.response().eTag().replace("\"", ""))
        .isEqualTo(Objects.requireNonNull(completed.progress().object()).etag());
    assertThat(uploadIds(prefix)).as("orphans").isEmpty();
  }

  void assertHoldsNothing(String prefix) {
    assertThat(keys(prefix)).as("objects").isEmpty();
    assertThat(uploadIds(prefix)).as("orphans").isEmpty();
  }
}
