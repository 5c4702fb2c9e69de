package io.waybill.server;

import org.jspecify.annotations.Nullable;

/** Something the server needs is not to be had: a port, a folder. The message is one line. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StartException(String line, @Nullable Throwable cause) {
    super(line, cause);
  }
}
