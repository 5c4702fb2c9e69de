package io.waybill.server.dev;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** How long something is, and its SHA-256 in hex. */
record Digest(long bytes, String sha256) {

  static Digest of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  /** Of an object, read with the embedded S3's own key pair. */
  static Digest ofObject(URI endpoint, String bucket, String key) throws IOException {
    AwsBasicCredentials pair = AwsBasicCredentials.create(DevStack.ACCESS_KEY, DevStack.SECRET_KEY);
    try (S3Client client =
            S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(pair))
                .build();
        InputStream in = client.getObject(get -> get.bucket(bucket).key(key))) {
      return of(in);
    }
  }

  private static Digest of(InputStream in) throws IOException {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[1 << 16];
      long bytes = 0;
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        sha256.update(block, 0, read);
        bytes += read;
      }
      return new Digest(bytes, HexFormat.of().formatHex(sha256.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
