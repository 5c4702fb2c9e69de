package io.waybill.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.UploadException;
import java.lang.System.Logger.Level;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/**
 * The one place that makes a gRPC status of a failure. What caused a failure goes to the log, and
 * no further; what nobody foresaw becomes INTERNAL, with a number that the log has too.
 */
public final class StatusErrors {
  private static final System.Logger LOG = System.getLogger(StatusErrors.class.getName());

  private final RandomGenerator random;

  /**
   * @param random gives the numbers of incidents
   */
  public StatusErrors(RandomGenerator random) {
    this.random = random;
  }

  /** The status, with its details in the trailers. */
  StatusRuntimeException of(Throwable failure) {
    return StatusProto.toStatusRuntimeException(StatusDetails.of(known(failure)));
  }

  /** Ends a call with the status. */
  void close(ServerCall<?, ?> call, Throwable failure) {
    StatusRuntimeException error = of(failure);
    Metadata trailers = error.getTrailers();
    call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  private UploadException known(Throwable failure) {
    Throwable cause = failure.getCause();
    if (failure instanceof CompletionException && cause != null) {
      return known(cause);
    }
    if (failure instanceof StorageException e) {
      return known(e.toUploadException());
    }
    if (failure instanceof UploadException e && e.reason() != Reason.INTERNAL) {
      if (cause != null) {
        LOG.log(Level.WARNING, "{0}: {1}", e.reason(), chain(cause));
      }
      return e;
    }
    return incident(failure);
  }

  private UploadException incident(Throwable failure) {
    String incident = HexFormat.of().toHexDigits(random.nextLong());
    LOG.log(Level.ERROR, "incident " + incident, failure);
    return new UploadException(
        Reason.INTERNAL, "a defect of Waybill, incident " + incident, Map.of("incident", incident));
  }

  /** The causes on one line: a database that is down must not fill the disk with stacks. */
  private static String chain(Throwable cause) {
    StringBuilder text = new StringBuilder(cause.toString());
    Throwable next = cause.getCause();
    for (int depth = 0; next != null && depth < 5; depth++) {
      text.append("; caused by ").append(next);
      next = next.getCause();
    }
    return text.toString();
  }
}
