package io.waybill.server.sim;

/** The system did what it never may. */
final class InvariantViolated extends Error {
  private static final long serialVersionUID = 1L;

  InvariantViolated(String invariant, String what) {
    super(invariant + ": " + what);
  }
}
