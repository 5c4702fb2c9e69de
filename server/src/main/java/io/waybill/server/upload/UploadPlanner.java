package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Turns a request into a session's unchanging facts, or says everything that is wrong with it. */
public final class UploadPlanner {
  /** What the object gets where the caller says nothing. */
  public static final String DEFAULT_CONTENT_TYPE = "application/octet-stream";

  private final Destinations destinations;
  private final Clock clock;
  private final RandomGenerator random;

  public UploadPlanner(Destinations destinations, Clock clock, RandomGenerator random) {
    this.destinations = destinations;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Plans a session for the caller.
   *
   * @throws UploadException with every violation at once
   */
  public UploadSpec plan(Caller caller, StartUpload.Request request) {
    List<Violation> violations = new ArrayList<>(request.malformed());
    violations.addAll(RequestForm.violations(request));
    Destination destination = destinations.find(request.destination()).orElse(null);
    if (destination == null) {
      violations.add(unknown(request.destination()));
      throw UploadException.invalid(violations);
    }
    violations.addAll(DestinationPolicy.violations(destination, request));
    if (!violations.isEmpty()) {
      throw UploadException.invalid(violations);
    }
    UploadSpec spec = spec(caller, destination, request);
    StorePolicy.requireTaken(destination, spec.algorithm());
    if (Names.bytes(spec.key()) > S3Limits.MAX_KEY_BYTES) {
      throw UploadException.invalid(
          List.of(
              Violation.invalid(
                  request.objectKey().isEmpty() ? "filename" : "object_key",
                  "the whole key would have %d bytes, of %d at the most"
                      .formatted(Names.bytes(spec.key()), S3Limits.MAX_KEY_BYTES))));
    }
    return spec;
  }

  /** How much of its destination the session's tenant may use. */
  Quota quotaOf(UploadSpec spec) {
    return destinations
        .find(spec.destination())
        .map(destination -> destination.quotas().of(spec.tenant()))
        .orElseThrow();
  }

  private UploadSpec spec(Caller caller, Destination destination, StartUpload.Request request) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    UploadId id = UploadId.of(now, random);
    String filename = Names.normal(request.filename());
    long size = request.sizeBytes().orElseThrow();
    boolean whole = isWhole(destination, request, size);
    boolean single = whole && destination.takesSinglePuts();
    long wished =
        request.partSizeBytes() == 0 ? destination.partSizeBytes() : request.partSizeBytes();
    Duration ttl = request.sessionTtl() == null ? destination.sessionTtl() : request.sessionTtl();
    return new UploadSpec(
        id,
        caller.tenant(),
        request.requestId(),
        RequestDigest.of(request),
        destination.name(),
        destination.bucket(),
        destination
            .keys()
            .keyFor(caller.tenant(), id, Names.normal(request.objectKey()), filename, now),
        filename,
        request.contentType().isEmpty() ? DEFAULT_CONTENT_TYPE : request.contentType(),
        single ? UploadMode.SINGLE : UploadMode.MULTIPART,
        whole ? PartPlan.whole(size) : PartPlan.inParts(size, wished),
        request.algorithm() == null ? ChecksumAlgorithm.NONE : request.algorithm(),
        request.metadata(),
        destination.overwrite(),
        ttl,
        now,
        now.plus(destination.sessionMaxAge()));
  }

  private static boolean isWhole(
      Destination destination, StartUpload.Request request, long sizeBytes) {
    if (request.mode() == null) {
      return sizeBytes <= destination.multipartThresholdBytes();
    }
    return request.mode() == UploadMode.SINGLE;
  }

  private Violation unknown(String name) {
    String allowed = String.join(", ", destinations.names());
    return new Violation(
        "destination",
        Reason.DESTINATION_UNKNOWN,
        "one of " + allowed,
        Map.of("destination", name, "allowed", allowed));
  }
}
