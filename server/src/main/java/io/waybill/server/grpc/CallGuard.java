package io.waybill.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that every call ends in a status of ours. Left alone, gRPC answers UNKNOWN to broken
 * protobuf and to a handler that throws, and INTERNAL to a stream without a message. (One with two
 * it resets itself, below any interceptor: the caller sees CANCELLED.)
 *
 * <p>It has to stand around {@link io.grpc.ServerInterceptors#useInputStreamMessages}, so that the
 * bytes are parsed inside of it.
 */
final class CallGuard implements ServerInterceptor {
  private static final String NOT_ITS_MESSAGE = "the bytes are not this method's message";

  private final StatusErrors errors;

  CallGuard(StatusErrors errors) {
    this.errors = errors;
  }

  @Override
  public <Q, P> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
    OnceCall<Q, P> once = OnceCall.of(call);
    try {
      return new Guarded<>(next.startCall(once, headers), once);
    } catch (RuntimeException | Error e) {
      errors.close(once, e);
      return new ServerCall.Listener<>() {};
    }
  }

  private final class Guarded<Q> extends SimpleForwardingServerCallListener<Q> {
    private final OnceCall<Q, ?> call;
    private final boolean oneMessage;
    private boolean hasMessage;
    private @Nullable RuntimeException unreadable;

    Guarded(ServerCall.Listener<Q> listener, OnceCall<Q, ?> call) {
      super(listener);
      this.call = call;
      this.oneMessage = call.getMethodDescriptor().getType().clientSendsOneMessage();
    }

    @Override
    public void onMessage(Q message) {
      hasMessage = true;
      try {
        super.onMessage(message);
      } catch (RuntimeException e) {
        unreadable = e.getCause() instanceof IOException ? malformed(NOT_ITS_MESSAGE) : e;
      }
    }

    /** Only now is a bad message answered: to answer before the caller's end resets the stream. */
    @Override
    public void onHalfClose() {
      if (oneMessage && !hasMessage) {
        unreadable = malformed("one message, not none");
      }
      if (unreadable == null) {
        run(super::onHalfClose);
      } else if (isTooLarge(unreadable)) {
        call.close(Status.fromThrowable(unreadable), new Metadata());
      } else {
        errors.close(call, unreadable);
      }
    }

    @Override
    public void onReady() {
      run(super::onReady);
    }

    private void run(Runnable event) {
      try {
        event.run();
      } catch (RuntimeException | Error e) {
        errors.close(call, e);
      }
    }
  }

  /** Beyond the limit once it is decompressed: below the service, so the status stays bare. */
  private static boolean isTooLarge(RuntimeException e) {
    return e instanceof StatusRuntimeException
        && Status.fromThrowable(e).getCode() == Status.Code.RESOURCE_EXHAUSTED;
  }

  /** The parser's own words stay here: they are of no use to a caller, nor to the log. */
  private static UploadException malformed(String message) {
    return new UploadException(Reason.MALFORMED_REQUEST, message, Map.of());
  }
}
