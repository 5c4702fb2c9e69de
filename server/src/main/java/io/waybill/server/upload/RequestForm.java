package io.waybill.server.upload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What is wrong with a start whatever its destination: the bounds that the contract names. */
final class RequestForm {
  static final int MAX_SIGN_FIRST = 1_000;
  static final int MAX_METADATA_ENTRIES = 32;
  static final int MAX_METADATA_BYTES = 1_800;
  static final Duration MIN_SESSION_TTL = Duration.ofMinutes(1);

  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final Pattern METADATA_NAME = Pattern.compile("[a-z0-9._-]{1,64}");
  private static final Pattern METADATA_VALUE = Pattern.compile("[ -~]*");

  private final List<Violation> violations = new ArrayList<>();

  private RequestForm() {}

  static List<Violation> violations(StartUpload.Request request) {
    RequestForm form = new RequestForm();
    form.identity(request);
    form.names(request);
    form.sizes(request);
    form.metadata(request.metadata());
    return form.violations;
  }

  /** Whether this can be a request_id at all; the store is asked for no other. */
  static boolean isRequestId(String text) {
    return REQUEST_ID.matcher(text).matches();
  }

  private void identity(StartUpload.Request request) {
    if (!isRequestId(request.requestId())) {
      add("request_id", "required: 1 to 128 characters of A-Z a-z 0-9 . _ : -");
    }
    if (!request.contentType().isEmpty() && !ContentTypes.isWellFormed(request.contentType())) {
      add("content_type", "type/subtype with optional parameters, at most 255 characters");
    }
  }

  private void names(StartUpload.Request request) {
    if (!request.filename().isEmpty()) {
      Names.wrongWithFilename(request.filename()).ifPresent(w -> add("filename", w));
    }
    if (!request.objectKey().isEmpty()) {
      Names.wrongWithObjectKey(request.objectKey()).ifPresent(w -> add("object_key", w));
    }
  }

  private void sizes(StartUpload.Request request) {
    if (request.sizeBytes().isEmpty()) {
      add("size_bytes", "required: the file's exact size");
    } else if (request.sizeBytes().getAsLong() < 0) {
      add("size_bytes", "0 or more");
    }
    long part = request.partSizeBytes();
    if (part != 0 && (part < S3Limits.MIN_PART_BYTES || part > S3Limits.MAX_PART_BYTES)) {
      add(
          "part_size_bytes",
          S3Limits.MIN_PART_BYTES + " (5 MiB) to " + S3Limits.MAX_PART_BYTES + " (5 GiB)");
    }
    if (request.signFirst() < 0 || request.signFirst() > MAX_SIGN_FIRST) {
      add("sign_first", "0 to " + MAX_SIGN_FIRST);
    }
    Duration ttl = request.sessionTtl();
    if (ttl != null && ttl.compareTo(MIN_SESSION_TTL) < 0) {
      add("session_ttl", "1 minute or more");
    }
  }

  private void metadata(Map<String, String> metadata) {
    if (metadata.size() > MAX_METADATA_ENTRIES) {
      add("metadata", "at most " + MAX_METADATA_ENTRIES + " entries");
      return; // a violation each would be a multiple of a large request
    }
    int total = metadata.entrySet().stream().mapToInt(RequestForm::weight).sum();
    if (total > MAX_METADATA_BYTES) {
      add("metadata", "at most " + MAX_METADATA_BYTES + " bytes together, not " + total);
    }
    metadata.forEach(
        (name, value) -> {
          if (!METADATA_NAME.matcher(name).matches() || name.startsWith("waybill-")) {
            add("metadata", "names of 1 to 64 of a-z 0-9 . _ -, not beginning with waybill-");
          } else if (!METADATA_VALUE.matcher(value).matches() || !value.equals(value.strip())) {
            add(
                "metadata[" + name + "]",
                "printable ASCII without spaces at either end; encode anything else");
          }
        });
  }

  private static int weight(Map.Entry<String, String> entry) {
    return entry.getKey().length() + entry.getValue().length();
  }

  private void add(String field, String description) {
    violations.add(Violation.invalid(field, description));
  }
}
