package io.waybill.server.bench;

import java.util.Locale;

/**
 * What one upload took.
 *
 * @param wallSeconds from the call to the finished object
 * @param cpuSeconds of all threads of the client's process meanwhile
 */
record UploadTime(double wallSeconds, double cpuSeconds) {

  static UploadTime ofNanos(long wall, long cpu) {
    return new UploadTime(wall / 1e9, cpu / 1e9);
  }

  static UploadTime parse(String line) {
    String[] words = line.split(" ", 2);
    return new UploadTime(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
  }

  String line() {
    return String.format(Locale.ROOT, "%.6f %.6f", wallSeconds, cpuSeconds);
  }
}
