package io.waybill.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.waybill.server.ops.Causes;
import io.waybill.server.ops.SparseLog;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Stages;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.UploadException;
import java.lang.System.Logger.Level;
import java.util.HexFormat;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The one place that makes a gRPC status of a failure. What caused a failure goes to the log, and
 * no further; what nobody foresaw becomes INTERNAL, with a number that the log has too.
 */
public final class StatusErrors {
  private static final System.Logger LOG = System.getLogger(StatusErrors.class.getName());

  private static final int LINES_PER_MINUTE = 10;

  private final RandomGenerator random;

  /** While the database is away, every call has the same to say. */
  private final SparseLog foreseen = new SparseLog(LOG, Level.WARNING, LINES_PER_MINUTE);

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

  private UploadException known(Throwable thrown) {
    Throwable failure = Stages.causeOf(thrown);
    if (failure instanceof StorageException e) {
      failure = e.toUploadException();
    }
    if (failure instanceof UploadException e && e.reason() != Reason.INTERNAL) {
      Throwable cause = e.getCause();
      if (cause != null) {
        foreseen.say(kind(e, cause), () -> e.reason() + ": " + Causes.line(cause));
      }
      return e;
    }
    return incident(failure);
  }

  /** What one bucket refuses must not hide what another does. */
  private static String kind(UploadException failure, Throwable cause) {
    String where = cause instanceof StorageException storage ? storage.where() : "";
    return where.isEmpty() ? failure.reason().name() : failure.reason() + ": " + where;
  }

  private UploadException incident(Throwable failure) {
    String incident = HexFormat.of().toHexDigits(random.nextLong());
    LOG.log(Level.ERROR, "incident " + incident, failure);
    return new UploadException(
        Reason.INTERNAL, "a defect of Waybill, incident " + incident, Map.of("incident", incident));
  }
}
