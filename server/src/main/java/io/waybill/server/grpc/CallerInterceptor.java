package io.waybill.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Stages;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.UploadException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts the {@link Caller} into each call's context, if it may make the call, or else ends the call
 * before a byte of its message is read. A call whose caller is not known at once begins when it is,
 * on the thread that found it out.
 */
public final class CallerInterceptor implements ServerInterceptor {
  private static final Context.Key<Caller> CALLER = Context.key("waybill-caller");

  private final Callers callers;
  private final Permissions permissions;
  private final TokenBuckets rates;
  private final StatusErrors errors;
  private final RefusedCalls refusals = new RefusedCalls();

  /**
   * @param rates what a tenant has of calls
   */
  public CallerInterceptor(
      Callers callers, Permissions permissions, TokenBuckets rates, StatusErrors errors) {
    this.callers = callers;
    this.permissions = permissions;
    this.rates = rates;
    this.errors = errors;
  }

  /** Who makes the call that this thread works on. */
  static Caller current() {
    Caller caller = CALLER.get();
    if (caller == null) {
      throw new IllegalStateException("no CallerInterceptor stands before this service");
    }
    return caller;
  }

  @Override
  public <Q, P> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
    try {
      Permission permission = permissions.of(call.getMethodDescriptor());
      if (permission == Permission.OPEN) {
        return next.startCall(call, headers);
      }
      CompletableFuture<Caller> identified = callers.identify(call, headers);
      return identified.isDone()
          ? begin(Context.current(), call, headers, next, permission, identified.join())
          : later(call, headers, next, permission, identified);
    } catch (RuntimeException e) {
      return refused(call, e, null);
    }
  }

  private <Q, P> ServerCall.Listener<Q> later(
      ServerCall<Q, P> call,
      Metadata headers,
      ServerCallHandler<Q, P> next,
      Permission permission,
      CompletableFuture<Caller> identified) {
    Context context = Context.current(); // gRPC cancels it with the call
    HeldRequests<Q, P> requests = new HeldRequests<>(call);
    OnceCall<Q, P> once = OnceCall.of(requests);
    HeldEvents<Q> events = new HeldEvents<>();
    var unused =
        identified.whenComplete(
            (caller, failure) -> {
              if (events.isCancelled()) {
                return;
              }
              try {
                if (failure != null) {
                  refused(once, failure, null);
                } else {
                  events.passTo(begin(context, once, headers, next, permission, caller));
                  requests.release();
                }
              } catch (RuntimeException | Error e) {
                errors.close(once, e);
              }
            });
    return events;
  }

  private <Q, P> ServerCall.Listener<Q> begin(
      Context context,
      ServerCall<Q, P> call,
      Metadata headers,
      ServerCallHandler<Q, P> next,
      Permission permission,
      Caller caller) {
    if (!permission.isGivenTo(caller)) {
      return refused(call, denied(rpc(call), permission), caller);
    }
    try {
      rates.take(caller.tenant(), 1);
    } catch (UploadException e) {
      return refused(call, e, caller);
    }
    return Contexts.interceptCall(context.withValue(CALLER, caller), call, headers, next);
  }

  /** Ends the call, and listens to nothing that comes of it. */
  private <Q> ServerCall.Listener<Q> refused(
      ServerCall<Q, ?> call, Throwable failure, @Nullable Caller caller) {
    if (Stages.causeOf(failure) instanceof UploadException refusal
        && refusal.reason() != Reason.INTERNAL) {
      refusals.note(rpc(call), refusal, caller);
    }
    errors.close(call, failure);
    return new ServerCall.Listener<>() {};
  }

  private static String rpc(ServerCall<?, ?> call) {
    return String.valueOf(call.getMethodDescriptor().getBareMethodName());
  }

  private static UploadException denied(String rpc, Permission permission) {
    return new UploadException(
        Reason.PERMISSION_DENIED,
        rpc + " needs the role " + permission.needs(),
        Map.of("rpc", rpc, "needs", permission.needs()));
  }
}
