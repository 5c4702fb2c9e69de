package io.waybill.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.waybill.v1.UploadServiceGrpc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The one table of what each RPC asks of its caller. A method that does not stand here is refused,
 * and a server that has one does not start.
 */
public final class Permissions {
  private final Map<String, Permission> byMethod = new HashMap<>();
  private final Reflection reflection;

  private Permissions(Reflection reflection) {
    this.reflection = reflection;
  }

  /** Waybill's own. */
  public static Permissions of(Reflection reflection) {
    Permissions table = new Permissions(reflection);
    table.declare(Permission.WRITE, UploadServiceGrpc.getStartUploadMethod());
    table.declare(Permission.WRITE, UploadServiceGrpc.getSignPartsMethod());
    table.declare(Permission.WRITE, UploadServiceGrpc.getReportPartMethod());
    table.declare(Permission.WRITE, UploadServiceGrpc.getCompleteMethod());
    table.declare(Permission.WRITE, UploadServiceGrpc.getAbortMethod());
    table.declare(Permission.READ, UploadServiceGrpc.getGetUploadMethod());
    table.declare(Permission.READ, UploadServiceGrpc.getListUploadsMethod());
    table.declare(Permission.READ, UploadServiceGrpc.getListPartsMethod());
    table.declare(Permission.READ, UploadServiceGrpc.getWatchUploadMethod());
    // Balancers and orchestrators have no tokens, and learn nothing but yes or no.
    table.declare(Permission.OPEN, HealthGrpc.getCheckMethod());
    table.declare(Permission.OPEN, HealthGrpc.getWatchMethod());
    Permission asks = reflection == Reflection.ON ? Permission.OPEN : Permission.KNOWN;
    table.declare(asks, ServerReflectionGrpc.getServerReflectionInfoMethod());
    table.declare(asks, olderReflection());
    return table;
  }

  @SuppressWarnings("deprecation")
  private static MethodDescriptor<?, ?> olderReflection() {
    return io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod();
  }

  private void declare(Permission permission, MethodDescriptor<?, ?> method) {
    byMethod.put(method.getFullMethodName(), permission);
  }

  Reflection reflection() {
    return reflection;
  }

  /**
   * What a method asks.
   *
   * @throws IllegalStateException where nothing is declared, which the start has ruled out
   */
  Permission of(MethodDescriptor<?, ?> method) {
    Permission permission = byMethod.get(method.getFullMethodName());
    if (permission == null) {
      throw new IllegalStateException("no permission is declared: " + method.getFullMethodName());
    }
    return permission;
  }

  /**
   * Looks through all methods of a service.
   *
   * @throws IllegalStateException naming those that nothing is declared for
   */
  void requireDeclared(ServerServiceDefinition service) {
    List<String> open =
        service.getMethods().stream()
            .map(ServerMethodDefinition::getMethodDescriptor)
            .map(MethodDescriptor::getFullMethodName)
            .filter(name -> !byMethod.containsKey(name))
            .sorted()
            .toList();
    if (!open.isEmpty()) {
      throw new IllegalStateException("no permission is declared: " + String.join(", ", open));
    }
  }
}
