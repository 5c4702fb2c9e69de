package io.waybill.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Role;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.Violation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Lets an admin call on behalf of the tenant that {@code waybill-tenant} names. */
public final class NamedTenants implements Callers {
  static final Metadata.Key<String> TENANT =
      Metadata.Key.of("waybill-tenant", Metadata.ASCII_STRING_MARSHALLER);

  private final Callers callers;

  public NamedTenants(Callers callers) {
    this.callers = callers;
  }

  @Override
  public CompletableFuture<Caller> identify(ServerCall<?, ?> call, Metadata headers) {
    CompletableFuture<Caller> identified = callers.identify(call, headers);
    String named = Headers.only(headers, TENANT, NamedTenants::several);
    return named == null ? identified : identified.thenApply(caller -> as(caller, named));
  }

  private static Caller as(Caller caller, String named) {
    if (named.equals(caller.tenant())) {
      return caller;
    }
    if (!caller.is(Role.ADMIN)) {
      throw new UploadException(
          Reason.PERMISSION_DENIED,
          "another tenant than one's own needs the role admin",
          Map.of("needs", "admin"));
    }
    if (!Caller.isTenant(named)) {
      throw UploadException.invalid(List.of(Violation.invalid(TENANT.name(), Caller.TENANT_FORM)));
    }
    return caller.as(named);
  }

  private static UploadException several() {
    return UploadException.invalid(List.of(Violation.invalid(TENANT.name(), "one, not several")));
  }
}
