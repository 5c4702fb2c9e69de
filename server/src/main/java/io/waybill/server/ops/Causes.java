package io.waybill.server.ops;

/** What the log says of failures that were foreseen, such as a database that is down. */
public final class Causes {
  private static final int MOST = 6;

  private Causes() {}

  /** A failure and its causes on one line: stacks would fill the disk, and tell nothing new. */
  public static String line(Throwable failure) {
    StringBuilder text = new StringBuilder(failure.toString());
    Throwable next = failure.getCause();
    for (int depth = 1; next != null && depth < MOST; depth++) {
      text.append("; caused by ").append(next);
      next = next.getCause();
    }
    return text.toString();
  }
}
