package io.waybill.server;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * Text that Java decoded before {@code main}: arguments, environment variables, the working
 * directory. It does so in the encoding of the locale, which is ASCII where there is none (cron, a
 * container), and what it cannot decode is lost: U+FFFD instead, and a path that no longer leads to
 * the file. Such text is refused: a server that took it would make a folder of another name.
 *
 * <p>{@code io.waybill.client.cli.LocaleText} has the same rules: neither module is a dependency of
 * the other, so a change here belongs there too.
 *
 * @param encoding how it was decoded
 * @param locale the locale's name
 * @param workingDirectory as Java decoded it
 */
record LocaleText(Charset encoding, String locale, String workingDirectory) {

  private static final char LOST = '\ufffd';

  /** Of this process. */
  static LocaleText ofThisProcess() {
    return new LocaleText(
        Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")),
        locale(System.getenv()),
        System.getProperty("user.dir", ""));
  }

  /** As setlocale(3) chooses it. */
  static String locale(Map<String, String> environment) {
    return Stream.of("LC_ALL", "LC_CTYPE", "LANG")
        .map(name -> environment.getOrDefault(name, ""))
        .filter(name -> !name.isEmpty())
        .findFirst()
        .orElse("C");
  }

  /**
   * The same text.
   *
   * @throws TypeConversionException if it is lost, without the text: it may be a secret
   */
  String checked(String text) {
    if (isLost(text)) {
      throw new TypeConversionException(problem("the text"));
    }
    return text;
  }

  /**
   * The path of a file.
   *
   * @throws TypeConversionException if it is lost
   */
  Path path(String text) {
    if (isLostPath(text)) {
      throw new TypeConversionException(problem("the file name"));
    }
    return Path.of(text);
  }

  /**
   * Lets a command line take no text that is lost, nor run where relative paths are, but for help.
   */
  CommandLine applyTo(CommandLine commandLine) {
    return commandLine
        .registerConverter(String.class, this::checked)
        .registerConverter(Path.class, this::path)
        .setExecutionStrategy(
            parsed -> {
              Integer helped = CommandLine.executeHelpRequest(parsed);
              if (helped != null) {
                return helped;
              }
              // The data_dir and the files in a server's configuration may be relative paths.
              if (isLostPath(workingDirectory)) {
                throw new ParameterException(
                    parsed.commandSpec().commandLine(), problem("the working directory's name"));
              }
              return new CommandLine.RunLast().execute(parsed);
            });
  }

  /** A name may truly have U+FFFD: then there is such a file. */
  private boolean isLostPath(String text) {
    return isLost(text) && !(isUtf8() && Files.exists(Path.of(text)));
  }

  /** What to add where a path that is not lost cannot be encoded: one of a file in UTF-8. */
  String advice(String path) {
    return isAscii(path)
        ? ""
        : "; the encoding of the locale %s, %s, may lack its characters: set LC_ALL=C.UTF-8"
            .formatted(locale, encoding.name());
  }

  private String problem(String what) {
    return isUtf8()
        ? what
            + " contains U+FFFD, or bytes that are not UTF-8, the encoding of the locale "
            + locale
        : what
            + " cannot be read in the encoding of the locale %s, %s; set LC_ALL=C.UTF-8"
                .formatted(locale, encoding.name());
  }

  private boolean isUtf8() {
    return encoding.equals(StandardCharsets.UTF_8);
  }

  private boolean isLost(String text) {
    return text.indexOf(LOST) >= 0 || (!isUtf8() && isMisreadUtf8(text));
  }

  /** An encoding of one byte a character, such as ISO-8859-1, decodes UTF-8 without complaint. */
  private boolean isMisreadUtf8(String text) {
    CharsetEncoder encoder = encoding.newEncoder();
    if (encoder.maxBytesPerChar() > 1 || isAscii(text)) {
      return false;
    }
    try {
      ByteBuffer bytes = encoder.encode(CharBuffer.wrap(text));
      var unused = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
