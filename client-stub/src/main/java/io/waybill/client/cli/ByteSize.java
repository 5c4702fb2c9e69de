package io.waybill.client.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes such as 8MiB, 64MB or 8388608; K, M and G alone are the binary ones. */
final class ByteSize implements ITypeConverter<Long> {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([a-z]*)");
  private static final Map<String, Long> UNITS =
      Map.of(
          "", 1L,
          "b", 1L,
          "k", 1L << 10,
          "kib", 1L << 10,
          "kb", 1_000L,
          "m", 1L << 20,
          "mib", 1L << 20,
          "mb", 1_000_000L,
          "g", 1L << 30,
          "gib", 1L << 30);

  @Override
  public Long convert(String text) {
    Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    Long unit = size.matches() ? UNITS.get(size.group(2)) : null;
    if (unit == null) {
      throw new TypeConversionException("'" + text + "' is not a size such as 8MiB or 8388608");
    }
    return Math.multiplyExact(Long.parseLong(size.group(1)), unit);
  }
}
