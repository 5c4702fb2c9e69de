package io.waybill.server.s3;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UrlSigner;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * {@link UrlSigner} by Signature Version 4 in the query, to the byte what the SDK's presigner would
 * make of the same, at a fortieth of its cost.
 *
 * <p>What is shared is kept: credentials and date for a second ({@link SigningMoment}), the key for
 * a day ({@link SigningKey}), and by each thread the last upload it signed for ({@link
 * PresignedPut}), since calls ask for the parts of one upload in a row.
 */
final class SigV4UrlSigner implements UrlSigner {
  /** S3 signs for at most a week. */
  private static final long MAX_SECONDS = Duration.ofDays(7).toSeconds();

  /** What one thread signed last. */
  private record Latest(
      UploadSpec spec,
      String storageUploadId,
      SigningMoment moment,
      long lifeSeconds,
      Instant expireTime,
      SignedHeaders headers,
      List<String> reportHeaders,
      PresignedPut put) {

    boolean is(UploadSpec otherSpec, String otherId, SigningMoment otherMoment, long otherLife) {
      return lifeSeconds == otherLife
          && moment.equals(otherMoment)
          && spec.equals(otherSpec)
          && storageUploadId.equals(otherId);
    }
  }

  private final SigningEndpoints endpoints;
  private final AwsCredentialsProvider credentials;
  private final InstantSource clock;

  /** Not static: it ends with the signer, and holds what only this one may sign. */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable Latest> latest = new ThreadLocal<>();

  private volatile @Nullable SigningMoment moment;

  SigV4UrlSigner(
      Collection<S3Connection> connections,
      AwsCredentialsProvider credentials,
      InstantSource clock) {
    this.endpoints = new SigningEndpoints(connections);
    this.credentials = credentials;
    this.clock = clock;
  }

  @Override
  public boolean isReady(Upload upload) {
    SigningMoment known = moment;
    UploadSpec spec = upload.spec();
    return known != null
        && known.isReadyAt(clock.millis())
        && endpoints.isKnown(spec.destination(), spec.bucket());
  }

  /** By one thread: the others that come meanwhile find what it has asked for. */
  @Override
  public synchronized void prepare() {
    SigningMoment known = moment;
    long now = clock.millis();
    if (known == null || !known.isReadyAt(now)) {
      moment = asked(known, now);
    }
  }

  @Override
  public SignedPart sign(
      Upload upload, int partNumber, @Nullable Checksum checksum, Instant now, Instant end) {
    UploadSpec spec = upload.spec();
    PartPlan plan = spec.plan();
    check(spec.algorithm(), checksum);
    long sizeBytes = plan.sizeOf(partNumber);
    SigningMoment at = momentOf(now.toEpochMilli());
    Latest prepared = prepared(upload, at, lifeSeconds(at, now.toEpochMilli(), end));
    String sum = checksum == null ? null : checksum.toBase64();
    return new SignedPart(
        partNumber,
        "PUT",
        prepared.put.url(partNumber, sizeBytes, sum),
        prepared.headers.toSend(sum),
        plan.offsetOf(partNumber),
        sizeBytes,
        prepared.expireTime,
        prepared.reportHeaders);
  }

  private Latest prepared(Upload upload, SigningMoment at, long lifeSeconds) {
    UploadSpec spec = upload.spec();
    String id = upload.progress().storageUploadId();
    Latest last = latest.get();
    if (last != null && last.is(spec, id, at, lifeSeconds)) {
      return last;
    }
    Latest next = prepare(spec, id, at, lifeSeconds);
    latest.set(next);
    return next;
  }

  private Latest prepare(UploadSpec spec, String id, SigningMoment at, long lifeSeconds) {
    requireText(spec.key());
    SigningEndpoint endpoint = endpoints.of(spec.destination(), spec.bucket());
    SignedHeaders headers = SignedHeaders.of(spec);
    PutTemplate template = PutTemplate.of(spec, id, headers, endpoint, at, lifeSeconds);
    SigningKey key = at.identity().key(at.day(), endpoint.region(), endpoint.service());
    return new Latest(
        spec,
        id,
        at,
        lifeSeconds,
        Instant.ofEpochSecond(at.epochSecond() + lifeSeconds),
        headers,
        reportHeaders(spec.algorithm()),
        new PresignedPut(template, key));
  }

  /** The credentials are those of today, whenever the call came that is dated so. */
  private SigningMoment momentOf(long callMillis) {
    SigningMoment known = moment;
    long now = clock.millis();
    SigningMoment believed = known != null && known.isBelievedAt(now) ? known : asked(known, now);
    SigningMoment next = believed.at(callMillis);
    if (!next.equals(known)) {
      moment = next;
    }
    return next;
  }

  /** Of credentials that are asked for anew; what was made of the same ones before is kept. */
  private SigningMoment asked(@Nullable SigningMoment known, long millis) {
    return SigningMoment.of(millis, identity(known == null ? null : known.identity()));
  }

  private SigningIdentity identity(@Nullable SigningIdentity known) {
    AwsCredentials resolved = resolve();
    return known != null && known.isOf(resolved) ? known : new SigningIdentity(resolved);
  }

  private AwsCredentials resolve() {
    try {
      AwsCredentials resolved = credentials.resolveCredentials();
      if (resolved.accessKeyId() == null) {
        throw new StorageException(Kind.UNAVAILABLE, "anonymous credentials sign nothing");
      }
      return resolved;
    } catch (SdkException e) {
      throw new StorageException(Kind.UNAVAILABLE, "no credentials to sign with", e);
    }
  }

  /** Counts from the second that stands in the URL. */
  private static long lifeSeconds(SigningMoment at, long nowMillis, Instant end) {
    Instant last = at.identity().earlier(end);
    long seconds = last.getEpochSecond() - at.epochSecond();
    long millisBefore = Math.floorMod(nowMillis, 1000);
    if (seconds < 1 || (seconds == 1 && last.getNano() < millisBefore * 1_000_000)) {
      throw new StorageException(
          Kind.UNAVAILABLE, "the credentials or the session end too soon to sign with them");
    }
    return Math.min(seconds, MAX_SECONDS);
  }

  private static void check(ChecksumAlgorithm algorithm, @Nullable Checksum checksum) {
    int length = checksum == null ? 0 : checksum.lengthBytes();
    if (length != algorithm.lengthBytes()) {
      throw new IllegalArgumentException(
          algorithm + " has " + algorithm.lengthBytes() + " bytes, not " + length);
    }
  }

  /** The domain has checked it; encoding would make '?' of half a character. */
  private static void requireText(String key) {
    boolean isText =
        key.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE || c < ' ');
    if (!isText) {
      throw new IllegalArgumentException("a key that is not text");
    }
  }

  private static List<String> reportHeaders(ChecksumAlgorithm algorithm) {
    return algorithm.isDeclaredToStorage()
        ? List.of("ETag", Checksums.header(algorithm))
        : List.of("ETag");
  }
}
