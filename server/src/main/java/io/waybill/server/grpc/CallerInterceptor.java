package io.waybill.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.UploadException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the {@link Caller} into each call's context, if it may make the call, or else ends the call
 * before a byte of its message is read.
 */
public final class CallerInterceptor implements ServerInterceptor {
  private static final Context.Key<Caller> CALLER = Context.key("waybill-caller");

  private final Callers callers;
  private final Permissions permissions;
  private final TokenBuckets rates;
  private final StatusErrors errors;

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
    Context context = Context.current();
    try {
      Permission permission = permissions.of(call.getMethodDescriptor());
      if (permission != Permission.OPEN) {
        Caller caller = callers.identify(call, headers);
        if (!permission.isGivenTo(caller)) {
          throw denied(call.getMethodDescriptor().getBareMethodName(), permission);
        }
        rates.take(caller.tenant(), 1);
        context = context.withValue(CALLER, caller);
      }
    } catch (RuntimeException e) {
      errors.close(call, e);
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(context, call, headers, next);
  }

  private static UploadException denied(@Nullable String method, Permission permission) {
    String rpc = String.valueOf(method);
    return new UploadException(
        Reason.PERMISSION_DENIED,
        rpc + " needs the role " + permission.needs(),
        Map.of("rpc", rpc, "needs", permission.needs()));
  }
}
