package io.waybill.server.upload;

import java.util.concurrent.CompletionException;

/** What stages do to failures. */
public final class Stages {
  private Stages() {}

  /** What went wrong, without what the JDK wraps it in on its way from stage to stage. */
  public static Throwable causeOf(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? causeOf(cause) : failure;
  }
}
