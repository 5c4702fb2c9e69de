package io.waybill.client.cli;

import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/**
 * A file as it was typed. One whose name is lost fails alone: the others are sent.
 *
 * @param text as Java decoded it
 * @param locale how it did
 */
record FileArgument(String text, LocaleText locale) {

  /**
   * Where the file is.
   *
   * @throws TypeConversionException if its name is lost
   */
  Path path() {
    return locale.path(text);
  }
}
