package io.waybill.server;

import java.util.List;

/** A configuration that cannot be started with: every problem, each with its key's path. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConfigException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
  }

  ConfigException(String problem) {
    this(List.of(problem));
  }
}
