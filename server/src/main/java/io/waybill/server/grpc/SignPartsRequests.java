package io.waybill.server.grpc;

import io.waybill.server.upload.Destination;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.UploadId;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignPartsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads SignParts, and writes its reply. */
final class SignPartsRequests {

  /**
   * Which parts to sign.
   *
   * @param nextMissing how many of the missing ones, where no parts are named
   * @param ttl null for the destination's
   */
  record Ask(UploadId id, List<SignParts.Ask> parts, int nextMissing, @Nullable Duration ttl) {}

  private SignPartsRequests() {}

  static Ask read(SignPartsRequest request) {
    Form form = new Form();
    UploadId id = form.uploadId(request.getUploadId());
    choice(form, request);
    List<SignParts.Ask> parts = parts(form, request.getPartsList());
    Duration ttl = request.hasUrlTtl() ? urlTtl(form, request) : null;
    form.check();
    return new Ask(Objects.requireNonNull(id), parts, request.getNextMissing(), ttl);
  }

  static SignPartsResponse reply(SignParts.Signed signed) {
    return SignPartsResponse.newBuilder()
        .addAllParts(PartProtos.signed(signed.parts()))
        .setTruncated(signed.truncated())
        .build();
  }

  private static void choice(Form form, SignPartsRequest request) {
    int next = request.getNextMissing();
    if (request.getPartsCount() > 0 && next != 0) {
      form.add("next_missing", "either parts or next_missing, not both");
    } else if (request.getPartsCount() == 0 && next == 0) {
      form.add("parts", "required: either parts or next_missing");
    }
    if (next < 0 || next > S3Limits.MAX_PARTS) {
      form.add("next_missing", "1 to " + S3Limits.MAX_PARTS + ", not " + next);
    }
  }

  private static List<SignParts.Ask> parts(Form form, List<PartToSign> parts) {
    if (parts.size() > S3Limits.MAX_PARTS) {
      form.add("parts", "at most " + S3Limits.MAX_PARTS + ", not " + parts.size());
      return List.of();
    }
    List<SignParts.Ask> asks = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      PartToSign part = parts.get(i);
      String field = "parts[" + i + "].";
      asks.add(
          new SignParts.Ask(
              form.partNumber(field + "part_number", part.getPartNumber()),
              form.checksum(field + "checksum", part.getChecksum())));
    }
    return asks;
  }

  private static @Nullable Duration urlTtl(Form form, SignPartsRequest request) {
    Duration ttl = form.duration("url_ttl", request.getUrlTtl());
    boolean tooShort = ttl != null && ttl.compareTo(Duration.ofSeconds(1)) < 0;
    if (tooShort || (ttl != null && ttl.compareTo(Destination.MAX_URL_TTL) > 0)) {
      form.add("url_ttl", "1 s to the destination's ceiling, never more than 7 days");
    }
    return ttl;
  }
}
