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

/**
 * Sees to it that every call ends in a status of ours. Left alone, gRPC answers UNKNOWN to broken
 * protobuf and to a handler that throws, and INTERNAL to a stream without a message or with two.
 *
 * <p>It has to stand around {@link io.grpc.ServerInterceptors#useInputStreamMessages}, so that the
 * bytes are parsed inside of it.
 */
final class CallGuard implements ServerInterceptor {
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
    private int messages;
    private boolean ended;

    Guarded(ServerCall.Listener<Q> listener, OnceCall<Q, ?> call) {
      super(listener);
      this.call = call;
      this.oneMessage = call.getMethodDescriptor().getType().clientSendsOneMessage();
    }

    @Override
    public void onMessage(Q message) {
      messages++;
      if (oneMessage && messages > 1) {
        end(malformed("one message, not several"));
      } else {
        run(() -> super.onMessage(message));
      }
    }

    @Override
    public void onHalfClose() {
      if (oneMessage && messages == 0) {
        end(malformed("one message, not none"));
      } else {
        run(super::onHalfClose);
      }
    }

    @Override
    public void onReady() {
      run(super::onReady);
    }

    private void run(Runnable event) {
      if (ended) {
        return;
      }
      try {
        event.run();
      } catch (StatusRuntimeException e) {
        endUnparsed(e);
      } catch (RuntimeException | Error e) {
        end(e.getCause() instanceof IOException ? malformed("unreadable bytes") : e);
      }
    }

    /** The marshaller and the decompressor speak in statuses. */
    private void endUnparsed(StatusRuntimeException e) {
      if (e.getCause() instanceof IOException) {
        end(malformed("the bytes are not this method's protobuf message"));
      } else if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        ended = true; // too large once decompressed: below the service, so it stays bare
        call.close(e.getStatus(), new Metadata());
      } else {
        end(e);
      }
    }

    private void end(Throwable failure) {
      if (!ended) {
        ended = true;
        errors.close(call, failure);
      }
    }
  }

  /** The parser's own words stay here: they are of no use to a caller, nor to the log. */
  private static UploadException malformed(String message) {
    return new UploadException(Reason.MALFORMED_REQUEST, message, Map.of());
  }
}
