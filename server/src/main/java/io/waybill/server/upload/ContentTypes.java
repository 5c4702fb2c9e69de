package io.waybill.server.upload;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The content types a destination takes: {@code image/png}, {@code image/*}, {@code *}{@code /*}.
 * Parameters ({@code ; charset=…}) do not matter, nor does case.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-media-type">RFC 9110, media type</a>
 */
public record ContentTypes(List<String> allowed) {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern TYPE =
      Pattern.compile(TOKEN + "/" + TOKEN + "( *; *" + TOKEN + "=(" + TOKEN + "|\"[ !#-~]*\"))*");
  private static final Pattern RANGE = Pattern.compile("\\*/\\*|" + TOKEN + "/(\\*|" + TOKEN + ")");

  public ContentTypes {
    if (allowed.isEmpty()) {
      throw new IllegalArgumentException("at least one content type, or */*");
    }
    for (String range : allowed) {
      if (!RANGE.matcher(range).matches()) {
        throw new IllegalArgumentException("type/subtype, type/* or */*, not " + range);
      }
    }
    allowed = allowed.stream().map(range -> range.toLowerCase(Locale.ROOT)).toList();
  }

  /** Whether this is a content type at all, which also keeps line breaks out of headers. */
  public static boolean isWellFormed(String contentType) {
    return contentType.length() <= 255 && TYPE.matcher(contentType).matches();
  }

  public boolean allow(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    String family = type.substring(0, type.indexOf('/') + 1) + "*";
    return allowed.contains("*/*") || allowed.contains(type) || allowed.contains(family);
  }
}
