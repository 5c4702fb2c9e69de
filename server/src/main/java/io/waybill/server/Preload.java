package io.waybill.server;

import io.waybill.server.grpc.GrpcServer;
import io.waybill.server.sql.SqliteDatabase;

/**
 * Loads the classes of the database and of gRPC on a thread of its own, while the one that starts
 * the server reads the configuration and migrates the database: most of a start is loading classes,
 * and even small machines have a second core. Nothing depends on it; what it has not loaded is
 * loaded where it is used.
 */
final class Preload {
  private Preload() {}

  static void begin() {
    Thread thread = new Thread(Preload::run, "waybill-preload");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run() {
    try {
      SqliteDatabase.preload();
      GrpcServer.preload();
    } catch (RuntimeException | LinkageError e) {
      // The start meets the same, and says so.
    }
  }
}
