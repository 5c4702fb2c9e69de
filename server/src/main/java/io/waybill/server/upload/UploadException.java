package io.waybill.server.upload;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A call that failed, in words the caller may read: no URL, no credential, no stack. What caused it
 * is for the log.
 */
public final class UploadException extends RuntimeException {
  /** The variable of the message that says which quota it is about. */
  public static final String QUOTA = "quota";

  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Map<String, String> metadata;
  private final transient List<Violation> violations;
  private final @Nullable Duration retryAfter;

  private UploadException(
      Reason reason,
      String message,
      Map<String, String> metadata,
      List<Violation> violations,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.metadata = new TreeMap<>(metadata);
    this.violations = List.copyOf(violations);
    this.retryAfter = retryAfter;
  }

  public UploadException(Reason reason, String message, Map<String, String> metadata) {
    this(reason, message, metadata, List.of(), null, null);
  }

  /**
   * No room for more work of this kind.
   *
   * @param queue which kind: one of this server's queues
   */
  public static UploadException overloaded(String queue) {
    return new UploadException(Reason.OVERLOADED, "too many calls at once", Map.of("queue", queue))
        .retryAfter(Duration.ofSeconds(1));
  }

  /** Every violation of a request at once. One alone gives its own reason. */
  public static UploadException invalid(List<Violation> violations) {
    Violation first = violations.get(0);
    boolean same = violations.stream().allMatch(v -> v.reason() == first.reason());
    String message =
        violations.stream()
            .limit(5)
            .map(v -> v.field() + ": " + v.description())
            .collect(Collectors.joining("; "));
    return new UploadException(
        same ? first.reason() : Reason.INVALID_REQUEST,
        violations.size() > 5 ? message + "; …" : message,
        same ? merged(violations) : Map.of(),
        violations,
        null,
        null);
  }

  private static Map<String, String> merged(List<Violation> violations) {
    Map<String, String> metadata = new TreeMap<>();
    violations.forEach(violation -> metadata.putAll(violation.metadata()));
    return metadata;
  }

  public UploadException retryAfter(Duration delay) {
    return new UploadException(reason, text(), metadata, violations, delay, getCause());
  }

  public UploadException causedBy(Throwable cause) {
    return new UploadException(reason, text(), metadata, violations, retryAfter, cause);
  }

  public Reason reason() {
    return reason;
  }

  /** The message, which is never null here. */
  public String text() {
    String message = getMessage();
    return message == null ? reason.name() : message;
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  public List<Violation> violations() {
    return violations;
  }

  /** After how long a retry may help; empty where none does. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
