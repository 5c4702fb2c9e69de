package io.waybill.client;

import io.waybill.v1.UploadServiceGrpc;
import java.util.List;
import java.util.Map;

/**
 * The gRPC service config: every call that ends UNAVAILABLE is repeated, for all are idempotent.
 */
final class RetryServiceConfig {

  // The shape and the types (numbers as doubles) are gRFC A6's.
  static final Map<String, ?> CONFIG =
      Map.of(
          "methodConfig",
          List.of(
              Map.of(
                  "name",
                  List.of(Map.of("service", UploadServiceGrpc.SERVICE_NAME)),
                  "retryPolicy",
                  Map.of(
                      "maxAttempts",
                      4.0,
                      "initialBackoff",
                      "0.2s",
                      "maxBackoff",
                      "2s",
                      "backoffMultiplier",
                      2.0,
                      "retryableStatusCodes",
                      List.of("UNAVAILABLE")))));

  private RetryServiceConfig() {}
}
