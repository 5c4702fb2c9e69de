package io.waybill.server.grpc;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.UploadId;
import io.waybill.v1.ReportPartRequest;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads ReportPart. */
final class ReportPartRequests {
  private static final Pattern PRINTABLE = Pattern.compile("[ -~]*");

  /** What the caller says of which part. */
  record Ask(UploadId id, ReportPart.Report report) {}

  private ReportPartRequests() {}

  static Ask read(ReportPartRequest request) {
    Form form = new Form();
    UploadId id = form.uploadId(request.getUploadId());
    String etag = request.getEtag();
    if (Part.unquoted(etag).length() > Part.MAX_ETAG_CHARS || !PRINTABLE.matcher(etag).matches()) {
      form.add("etag", "at most " + Part.MAX_ETAG_CHARS + " characters of printable ASCII");
    }
    ReportPart.Report report =
        new ReportPart.Report(
            form.partNumber("part_number", request.getPartNumber()),
            etag,
            request.hasSizeBytes() ? OptionalLong.of(request.getSizeBytes()) : OptionalLong.empty(),
            form.checksum("checksum", request.getChecksum()));
    form.check();
    return new Ask(Objects.requireNonNull(id), report);
  }
}
