package io.waybill.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.waybill.v1.UploadServiceGrpc;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Gives every call that has no deadline the one of its RPC; a stream has none. */
final class DefaultDeadlines implements ClientInterceptor {

  private final Duration quick;
  private final Map<String, Duration> others;

  DefaultDeadlines(Duration quick, Duration storage, Duration complete) {
    this.quick = quick;
    this.others =
        Map.of(
            UploadServiceGrpc.getStartUploadMethod().getFullMethodName(), storage,
            UploadServiceGrpc.getAbortMethod().getFullMethodName(), storage,
            UploadServiceGrpc.getListPartsMethod().getFullMethodName(), storage,
            UploadServiceGrpc.getCompleteMethod().getFullMethodName(), complete);
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    if (options.getDeadline() != null || !method.getType().serverSendsOneMessage()) {
      return next.newCall(method, options);
    }
    Duration deadline = others.getOrDefault(method.getFullMethodName(), quick);
    return next.newCall(
        method, options.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS));
  }
}
