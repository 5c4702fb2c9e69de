package io.waybill.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.waybill.v1.ErrorReason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that Waybill refused or could not answer, with what it said about it. */
public final class WaybillException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final String DOMAIN = "waybill.v1";
  private static final String REASON_PREFIX = "ERROR_REASON_";

  /**
   * One field that is wrong.
   *
   * @param field its path in the request
   * @param description what is allowed
   */
  public record FieldViolation(String field, String description) {}

  private final Status.Code code;
  private final String reason;
  private final transient Map<String, String> metadata;
  private final transient List<FieldViolation> fieldViolations;
  private final @Nullable Duration retryDelay;

  private WaybillException(
      StatusRuntimeException cause,
      ErrorInfo info,
      BadRequest badRequest,
      @Nullable Duration retryDelay) {
    super(message(cause, info.getReason()), cause);
    this.code = cause.getStatus().getCode();
    this.reason = info.getReason();
    this.metadata = Map.copyOf(info.getMetadataMap());
    this.fieldViolations =
        badRequest.getFieldViolationsList().stream()
            .map(v -> new FieldViolation(v.getField(), v.getDescription()))
            .toList();
    this.retryDelay = retryDelay;
  }

  /** Reads the google.rpc details of a failed call on a generated stub. */
  public static WaybillException of(StatusRuntimeException failure) {
    ErrorInfo info = ErrorInfo.getDefaultInstance();
    BadRequest badRequest = BadRequest.getDefaultInstance();
    Duration retryDelay = null;
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        ErrorInfo found = unpack(detail, ErrorInfo.class, info);
        info = found.getDomain().equals(DOMAIN) ? found : info;
      } else if (detail.is(BadRequest.class)) {
        badRequest = unpack(detail, BadRequest.class, badRequest);
      } else if (detail.is(RetryInfo.class)) {
        var delay = unpack(detail, RetryInfo.class, RetryInfo.getDefaultInstance()).getRetryDelay();
        retryDelay = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
      }
    }
    return new WaybillException(failure, info, badRequest, retryDelay);
  }

  private static <T extends Message> T unpack(Any detail, Class<T> type, T fallback) {
    try {
      return detail.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      return fallback;
    }
  }

  private static String message(StatusRuntimeException cause, String reason) {
    String description = cause.getStatus().getDescription();
    return cause.getStatus().getCode()
        + (reason.isEmpty() ? "" : " / " + reason)
        + (description == null ? "" : ": " + description);
  }

  /** The gRPC status code. */
  public Status.Code code() {
    return code;
  }

  /**
   * The name in {@code ErrorReason} without its prefix, such as {@code PARTS_MISSING}; empty where
   * the failure lies below the service (a network failure, a deadline).
   */
  public String reason() {
    return reason;
  }

  /** Whether this is the given reason. */
  public boolean is(ErrorReason expected) {
    return expected.name().equals(REASON_PREFIX + reason);
  }

  /** Every variable of the message, as {@code error.proto} names them with each reason. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Every field that is wrong; empty unless the code is INVALID_ARGUMENT. */
  public List<FieldViolation> fieldViolations() {
    return fieldViolations;
  }

  /** After how long the server wants to be asked again, if it wants to. */
  public Optional<Duration> retryDelay() {
    return Optional.ofNullable(retryDelay);
  }

  /**
   * Whether the same call may succeed later: the server said so, could not be reached, or did not
   * answer in time. Every RPC is safe to repeat.
   */
  public boolean isRetryable() {
    if (code == Status.Code.UNAUTHENTICATED || code == Status.Code.PERMISSION_DENIED) {
      return false; // the same call would be refused again, whatever a proxy says
    }
    return retryDelay != null
        || code == Status.Code.UNAVAILABLE
        || code == Status.Code.DEADLINE_EXCEEDED
        || isBrokenConnection();
  }

  /**
   * A connection that breaks just as a call is written to it is UNKNOWN to gRPC. From a server
   * there comes a status and never a cause.
   */
  private boolean isBrokenConnection() {
    return code == Status.Code.UNKNOWN
        && getCause() instanceof StatusRuntimeException failure
        && failure.getStatus().getCause() instanceof IOException;
  }
}
