package io.waybill.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.waybill.server.upload.Caller;

/** Tells who is calling. Runs on gRPC's own threads, so it must not block. */
@FunctionalInterface
public interface Callers {

  /**
   * The caller of one call.
   *
   * @param call its attributes hold the address and the TLS session
   * @throws io.waybill.server.upload.UploadException where the call is to be refused
   */
  Caller identify(ServerCall<?, ?> call, Metadata headers);
}
