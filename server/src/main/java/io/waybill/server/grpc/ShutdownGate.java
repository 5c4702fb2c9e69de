package io.waybill.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows which calls are open, so that a server that stops can wait for them, refuse new ones, and
 * tell the last ones why. gRPC would cut them off without a word.
 */
final class ShutdownGate implements ServerInterceptor {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final StatusErrors errors;
  private final Set<OnceCall<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  ShutdownGate(StatusErrors errors) {
    this.errors = errors;
  }

  /** From now on new calls are refused; streams, which would go on for ever, end at once. */
  void stop() {
    stopping = true;
    open.stream().filter(ShutdownGate::isStream).forEach(this::refuse);
  }

  private static boolean isStream(ServerCall<?, ?> call) {
    return !call.getMethodDescriptor().getType().serverSendsOneMessage();
  }

  boolean isIdle() {
    return open.isEmpty();
  }

  /** Ends all calls that are still open. */
  void endOpenCalls() {
    open.forEach(this::refuse);
  }

  @Override
  public <Q, P> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
    OnceCall<Q, P> once = OnceCall.of(call);
    open.add(once); // before the look at the flag: a call is refused, or waited for
    if (stopping) {
      open.remove(once);
      refuse(once);
      return new ServerCall.Listener<>() {};
    }
    return new SimpleForwardingServerCallListener<>(next.startCall(once, headers)) {
      @Override
      public void onCancel() {
        open.remove(once);
        super.onCancel();
      }

      @Override
      public void onComplete() {
        open.remove(once);
        super.onComplete();
      }
    };
  }

  private void refuse(ServerCall<?, ?> call) {
    errors.close(
        call,
        new UploadException(Reason.SHUTTING_DOWN, "this server is stopping", Map.of())
            .retryAfter(RETRY_AFTER));
  }
}
