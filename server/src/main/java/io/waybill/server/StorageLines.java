package io.waybill.server;

import io.waybill.server.events.QueueException;
import io.waybill.server.events.SqsConsumer;
import io.waybill.server.events.SqsSettings;
import io.waybill.server.ops.Logging;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.StorageReport;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Optional;
import java.util.logging.Level;

/** The start-up checks on demand, once, a line to each answer. */
final class StorageLines {
  private StorageLines() {}

  /** Returns whether nothing has failed. */
  static boolean print(ServerConfig config, PrintWriter out) {
    Logging.toStandardError(Level.SEVERE); // the lines say it
    boolean passed = true;
    try (S3Storage storage = S3Storage.open(config.connections(), Clock.systemUTC())) {
      for (DestinationConfig destination : config.destinations()) {
        String name = destination.policy().name();
        if (destination.startupCheck() == StartupCheck.OFF) {
          out.printf("%-7s %s: startup_checks is off%n", "SKIPPED", name);
          continue;
        }
        StorageReport report =
            storage.check(destination.policy(), destination.startupCheck() == StartupCheck.ON);
        report
            .findings()
            .forEach(each -> out.printf("%-7s %s: %s%n", each.severity(), name, each.line()));
        passed &= report.isPassed();
      }
    }
    SqsSettings queue = config.events().queue();
    return (queue == null || print(queue, out)) && passed;
  }

  private static boolean print(SqsSettings queue, PrintWriter out) {
    try {
      Optional<String> warning = SqsConsumer.check(queue);
      out.printf(
          "%-7s events: %s%n",
          warning.isEmpty() ? "OK" : "WARNING",
          warning.orElse("the queue answers, and has a redrive policy"));
      return true;
    } catch (QueueException e) {
      out.printf("%-7s events: the queue does not answer: %s%n", "FAILED", e.getMessage());
      return false;
    }
  }
}
