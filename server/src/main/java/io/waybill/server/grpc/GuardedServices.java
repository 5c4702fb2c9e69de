package io.waybill.server.grpc;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;

/** Puts the interceptors around a service. From the outside in: the given ones, gate, guard. */
final class GuardedServices {
  private GuardedServices() {}

  static ServerServiceDefinition of(
      BindableService service,
      List<ServerInterceptor> interceptors,
      ShutdownGate gate,
      StatusErrors errors) {
    List<ServerInterceptor> all = new ArrayList<>(interceptors);
    all.add(gate);
    all.add(new CallGuard(errors));
    return ServerInterceptors.interceptForward(
        ServerInterceptors.useInputStreamMessages(service.bindService()), all);
  }
}
