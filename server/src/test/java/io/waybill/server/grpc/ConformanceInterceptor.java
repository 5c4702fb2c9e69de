package io.waybill.server.grpc;

import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.waybill.server.upload.Reason;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Watches every call of a test, and remembers each that ended in what the contract has not. */
final class ConformanceInterceptor implements ClientInterceptor {
  /** Statuses from below the service, which carry nothing (error.proto). */
  private static final Set<Code> BARE =
      Set.of(Code.UNIMPLEMENTED, Code.RESOURCE_EXHAUSTED, Code.DEADLINE_EXCEEDED, Code.CANCELLED);

  private static final int MAX_TRAILERS_BYTES = 8 << 10;

  private final Contract contract = new Contract();
  private final List<String> breaches = new CopyOnWriteArrayList<>();
  private volatile boolean defectExpected;

  List<String> breaches() {
    return breaches;
  }

  /** This test plants a defect, and so INTERNAL is right. */
  void expectDefect() {
    defectExpected = true;
  }

  @Override
  public <Q, P> ClientCall<Q, P> interceptCall(
      MethodDescriptor<Q, P> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<P> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                check(Objects.requireNonNull(method.getBareMethodName()), status, trailers);
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private void check(String rpc, Status status, Metadata trailers) {
    if (status.isOk()) {
      return;
    }
    if (Failures.wireBytes(status, trailers) > MAX_TRAILERS_BYTES) {
      breaches.add(rpc + ": trailers of " + Failures.wireBytes(status, trailers) + " bytes");
    }
    ErrorInfo info = Failures.detail(trailers, ErrorInfo.class).orElse(null);
    if (info == null) {
      if (!BARE.contains(status.getCode())) {
        breaches.add(rpc + ": no ErrorInfo in " + status);
      }
      return;
    }
    Map<Reason, Code> declared = contract.of(rpc);
    Code code = declared.get(Reason.valueOf(info.getReason()));
    if (status.getCode() != code || !info.getDomain().equals("waybill.v1")) {
      breaches.add(rpc + ": " + info.getReason() + " is not declared so, " + status);
    }
    if (status.getCode() == Code.INTERNAL && !defectExpected) {
      breaches.add(rpc + ": a defect, " + status);
    }
  }
}
