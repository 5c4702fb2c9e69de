package io.waybill.server.bench;

import java.nio.file.Path;

/** Whether the reports that were acknowledged are in the ledger, each of them. */
final class Ledgers {
  private Ledgers() {}

  static void requireGrownBy(long reported, long before, Path folder) throws Exception {
    long held = Sessions.parts(folder);
    if (held != before + reported) {
      throw new AssertionError(
          "acknowledged were %d reports on top of %d, the ledger in %s holds %d"
              .formatted(reported, before, folder.getFileName(), held));
    }
  }
}
