package io.waybill.server.s3;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UrlSigner;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * {@link UrlSigner} on the SDK's presigner: the oracle for ours. It reads the system's clock for
 * the signature's date; when the call came only measures how long a URL may live.
 */
public final class SdkUrlSigner implements UrlSigner, AutoCloseable {
  /** URLs end this long before the credentials they are signed with. */
  static final Duration CREDENTIALS_MARGIN = Duration.ofSeconds(60);

  /** S3 signs for at most a week. */
  private static final long MAX_SECONDS = Duration.ofDays(7).toSeconds();

  private final Map<String, S3Presigner> presigners = new LinkedHashMap<>();
  private final AwsCredentialsProvider credentials;

  SdkUrlSigner(Collection<S3Connection> connections, AwsCredentialsProvider credentials) {
    this.credentials = credentials;
    for (S3Connection connection : connections) {
      presigners.put(connection.destination(), presigner(connection));
    }
  }

  /** With a key pair. */
  public static SdkUrlSigner open(
      Collection<S3Connection> connections, String accessKey, String secretKey) {
    return new SdkUrlSigner(
        connections,
        StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)));
  }

  private S3Presigner presigner(S3Connection connection) {
    S3Presigner.Builder builder =
        S3Presigner.builder()
            .region(Region.of(connection.region()))
            .credentialsProvider(credentials)
            // The presigner does not take this from a client.
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(connection.pathStyle()).build());
    URI endpoint = connection.uploadersEndpoint();
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    return builder.build();
  }

  @Override
  public SignedPart sign(
      Upload upload, int partNumber, @Nullable Checksum checksum, Instant now, Instant end) {
    UploadSpec spec = upload.spec();
    check(spec, checksum);
    AwsCredentials identity = identity();
    Duration life = life(now, end, identity);
    AwsRequestOverrideConfiguration signedBy =
        AwsRequestOverrideConfiguration.builder()
            .credentialsProvider(StaticCredentialsProvider.create(identity))
            .build();
    PresignedRequest signed =
        spec.mode() == UploadMode.SINGLE
            ? presignPutObject(spec, checksum, life, signedBy)
            : presignUploadPart(upload, partNumber, checksum, life, signedBy);
    return new SignedPart(
        partNumber,
        signed.httpRequest().method().name(),
        signed.url().toString(),
        headersToSend(signed),
        spec.plan().offsetOf(partNumber),
        spec.plan().sizeOf(partNumber),
        // The signature's date has no fractions.
        signed.expiration().truncatedTo(ChronoUnit.SECONDS),
        reportHeaders(spec.algorithm()));
  }

  private PresignedRequest presignUploadPart(
      Upload upload,
      int partNumber,
      @Nullable Checksum checksum,
      Duration life,
      AwsRequestOverrideConfiguration signedBy) {
    UploadSpec spec = upload.spec();
    UploadPartRequest.Builder request =
        UploadPartRequest.builder()
            .bucket(spec.bucket())
            .key(spec.key())
            .uploadId(upload.progress().storageUploadId())
            .partNumber(partNumber)
            .contentLength(spec.plan().sizeOf(partNumber))
            .overrideConfiguration(signedBy);
    if (checksum != null && spec.algorithm() == ChecksumAlgorithm.MD5) {
      request.contentMD5(checksum.toBase64());
    } else if (checksum != null) {
      request.checksumAlgorithm(Checksums.declared(spec.algorithm()));
      Checksums.setOnPart(request, spec.algorithm(), checksum);
    }
    return presigner(spec)
        .presignUploadPart(p -> p.signatureDuration(life).uploadPartRequest(request.build()));
  }

  private PresignedRequest presignPutObject(
      UploadSpec spec,
      @Nullable Checksum checksum,
      Duration life,
      AwsRequestOverrideConfiguration signedBy) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(spec.bucket())
            .key(spec.key())
            .contentLength(spec.plan().sizeBytes())
            .contentType(spec.contentType())
            .metadata(UploadMetadata.of(spec))
            .overrideConfiguration(signedBy);
    if (!spec.overwrite()) {
      request.ifNoneMatch("*");
    }
    if (checksum != null && spec.algorithm() == ChecksumAlgorithm.MD5) {
      request.contentMD5(checksum.toBase64());
    } else if (checksum != null) {
      request.checksumAlgorithm(Checksums.declared(spec.algorithm()));
      Checksums.setOnPart(request, spec.algorithm(), checksum);
    }
    return presigner(spec)
        .presignPutObject(p -> p.signatureDuration(life).putObjectRequest(request.build()));
  }

  private S3Presigner presigner(UploadSpec spec) {
    S3Presigner presigner = presigners.get(spec.destination());
    if (presigner == null) {
      throw new StorageException(
          Kind.REFUSED, "no S3 connection for destination " + spec.destination());
    }
    return presigner;
  }

  /** What the domain has checked already, and the presigner would sign all the same. */
  private static void check(UploadSpec spec, @Nullable Checksum checksum) {
    UploadMetadata.requirePrintableAscii("content type", spec.contentType());
    boolean isText =
        spec.key()
            .codePoints()
            .noneMatch(c -> Character.getType(c) == Character.SURROGATE || c < ' ');
    if (!isText) {
      throw new IllegalArgumentException("a key that is not text");
    }
    int length = checksum == null ? 0 : checksum.lengthBytes();
    if (length != spec.algorithm().lengthBytes()) {
      throw new IllegalArgumentException(
          spec.algorithm() + " has " + spec.algorithm().lengthBytes() + " bytes, not " + length);
    }
  }

  private AwsCredentials identity() {
    try {
      return credentials.resolveCredentials();
    } catch (SdkException e) {
      throw new StorageException(Kind.UNAVAILABLE, "no credentials to sign with", e);
    }
  }

  private Duration life(Instant now, Instant end, AwsCredentials identity) {
    Instant last =
        identity
            .expirationTime()
            .map(expiration -> expiration.minus(CREDENTIALS_MARGIN))
            .filter(margin -> margin.isBefore(end))
            .orElse(end);
    long seconds = Duration.between(now, last).toSeconds();
    if (seconds <= 0) {
      throw new StorageException(
          Kind.UNAVAILABLE, "the credentials or the session end too soon to sign with them");
    }
    return Duration.ofSeconds(Math.min(seconds, MAX_SECONDS));
  }

  /** The signed headers but those that every HTTP client sets itself. */
  private static Map<String, String> headersToSend(PresignedRequest signed) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    signed.signedHeaders().forEach((name, values) -> headers.put(name, String.join(",", values)));
    headers.remove("host");
    headers.remove("content-length");
    return headers;
  }

  private static List<String> reportHeaders(ChecksumAlgorithm algorithm) {
    return algorithm.isDeclaredToStorage()
        ? List.of("ETag", Checksums.header(algorithm))
        : List.of("ETag");
  }

  @Override
  public void close() {
    presigners.values().forEach(S3Presigner::close);
  }
}
