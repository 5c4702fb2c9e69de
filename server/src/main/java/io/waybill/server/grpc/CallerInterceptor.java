package io.waybill.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.waybill.server.upload.Caller;

/** Puts the {@link Caller} into each call's context, or ends the call. */
public final class CallerInterceptor implements ServerInterceptor {
  private static final Context.Key<Caller> CALLER = Context.key("waybill-caller");

  private final Callers callers;
  private final StatusErrors errors;

  public CallerInterceptor(Callers callers, StatusErrors errors) {
    this.callers = callers;
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
    Caller caller;
    try {
      caller = callers.identify(call, headers);
    } catch (RuntimeException e) {
      errors.close(call, e);
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }
}
