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

  /**
   * Reads a client's answer.
   *
   * @throws AssertionError where it is something else, such as a JVM's last words
   */
  static UploadTime parse(String line) {
    String[] words = line.split(" ", 2);
    try {
      return new UploadTime(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new AssertionError("the client says: " + line, e);
    }
  }

  String line() {
    return String.format(Locale.ROOT, "%.6f %.6f", wallSeconds, cpuSeconds);
  }
}
