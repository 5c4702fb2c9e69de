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

/** What S3 really holds in a bucket: asked past the proxy, and past the adapter. */
record RealS3(S3Client client, String bucket) implements AutoCloseable {

  static RealS3 at(URI endpoint, String region, AwsBasicCredentials credentials) {
    S3Client client =
        S3Client.builder()
            .httpClient(Apache5HttpClient.create())
            .region(Region.of(region))
            .endpointOverride(endpoint)
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .build();
    return new RealS3(client, "");
  }

  RealS3 of(String otherBucket) {
    return new RealS3(client, otherBucket);
  }

  @Override
  public void close() {
    client.close();
  }

  /** The ids of unfinished uploads. */
  List<String> uploadIds() {
    return client.listMultipartUploads(l -> l.bucket(bucket)).uploads().stream()
        .map(MultipartUpload::uploadId)
        .toList();
  }

  List<String> keys() {
    return client.listObjectsV2(l -> l.bucket(bucket)).contents().stream()
        .map(object -> object.key())
        .toList();
  }

  /** The upload is COMPLETED, its object is there, its own and whole, and nothing is beside it. */
  void assertHoldsJust(Upload completed, byte[] file) {
    assertThat(completed.state()).isEqualTo(UploadState.COMPLETED);
    assertThat(keys()).containsExactly(completed.spec().key());
    ResponseBytes<GetObjectResponse> object =
        client.getObjectAsBytes(g -> g.bucket(bucket).key(completed.spec().key()));
    assertThat(object.asByteArray()).isEqualTo(file);
    assertThat(object.response().metadata())
        .containsEntry("waybill-upload-id", completed.id().toString());
    assertThat(object.response().eTag().replace("\"", ""))
        .isEqualTo(Objects.requireNonNull(completed.progress().object()).etag());
    assertThat(uploadIds()).as("orphans").isEmpty();
  }

  void assertHoldsNothing() {
    assertThat(keys()).as("objects").isEmpty();
    assertThat(uploadIds()).as("orphans").isEmpty();
  }
}
