package io.waybill.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.waybill.server.upload.Caller;
import java.util.concurrent.CompletableFuture;

/** Tells who is calling. Runs on gRPC's own threads, so it must not block. */
@FunctionalInterface
public interface Callers {

  /**
   * The caller of one call, at once where that can be.
   *
   * @param call its attributes hold the address and the TLS session
   * @return fails where the call is to be refused
   * @throws io.waybill.server.upload.UploadException the same, where that is clear at once
   */
  CompletableFuture<Caller> identify(ServerCall<?, ?> call, Metadata headers);
}
