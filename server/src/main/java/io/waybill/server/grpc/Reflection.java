package io.waybill.server.grpc;

/** Who may ask the server what it speaks. */
public enum Reflection {
  /** Everybody. */
  ON,
  /** Nobody; the service is not there. */
  OFF,
  /** Whoever is known, in any role. */
  AUTHENTICATED
}
