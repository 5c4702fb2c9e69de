package io.waybill.server.sim;

/** kill -9, as its threads see it: nothing catches it, nothing runs after it. */
final class ServerDied extends Error {
  private static final long serialVersionUID = 1L;

  ServerDied() {
    super("kill -9", null, false, false);
  }
}
