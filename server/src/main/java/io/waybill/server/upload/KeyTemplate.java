package io.waybill.server.upload;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a destination makes S3 keys: a prefix, then a template of {@code {tenant}}, {@code
 * {upload_id}}, {@code {object_key}}, {@code {filename}}, {@code {yyyy}}, {@code {mm}} and {@code
 * {dd}} (UTC).
 *
 * @param prefix begins every key, as it is; may be empty, ends in a slash otherwise
 * @param template has {upload_id} as a whole segment, unless the keys are exact
 * @param exact whether the caller alone decides the key, so that a lost S3 upload cannot be told
 *     from a stranger's
 */
public record KeyTemplate(String prefix, String template, boolean exact) {
  /** What a destination has unless it says otherwise. */
  public static final String DEFAULT = "{tenant}/{upload_id}/{object_key}";

  /** The same for exact keys. */
  public static final String DEFAULT_EXACT = "{tenant}/{object_key}";

  private static final Set<String> VARIABLES =
      Set.of("tenant", "upload_id", "object_key", "filename", "yyyy", "mm", "dd");
  private static final Pattern VARIABLE = Pattern.compile("\\{([^{}]*)}");

  public KeyTemplate {
    if (!prefix.isEmpty() && (!prefix.endsWith("/") || prefix.startsWith("/"))) {
      throw new IllegalArgumentException("key_prefix: ends in a slash, begins with none");
    }
    Matcher variables = VARIABLE.matcher(template);
    while (variables.find()) {
      if (!VARIABLES.contains(variables.group(1))) {
        throw new IllegalArgumentException(
            "key_template: "
                + variables.group()
                + " is none of "
                + VARIABLES.stream().sorted().toList());
      }
    }
    List<String> segments = List.of(template.split("/", -1));
    if (segments.contains("") || segments.contains(".") || segments.contains("..")) {
      throw new IllegalArgumentException("key_template: segments that are not empty, . or ..");
    }
    if (exact == segments.contains("{upload_id}")) {
      throw new IllegalArgumentException(
          exact
              ? "key_template: exact_keys and {upload_id} exclude each other"
              : "key_template: {upload_id} has to be a whole segment, unless exact_keys is true");
    }
    if (exact && !segments.contains("{object_key}")) {
      throw new IllegalArgumentException("key_template: exact_keys needs the segment {object_key}");
    }
  }

  /**
   * Whose key this is, if it is one that this template makes: the whole of it has to fit, not only
   * a segment that looks like an id. Exact keys tell nothing.
   */
  public Optional<UploadId> uploadIdIn(String key) {
    if (exact || !key.startsWith(prefix)) {
      return Optional.empty();
    }
    Matcher fits = shape().matcher(key.substring(prefix.length()));
    return fits.matches() ? UploadId.parse(fits.group("id")) : Optional.empty();
  }

  private Pattern shape() {
    StringBuilder shape = new StringBuilder();
    boolean idSeen = false;
    Matcher variables = VARIABLE.matcher(template);
    int at = 0;
    while (variables.find()) {
      shape.append(Pattern.quote(template.substring(at, variables.start())));
      boolean id = variables.group(1).equals("upload_id");
      shape.append(id && idSeen ? "\\k<id>" : shapeOf(variables.group(1)));
      idSeen |= id;
      at = variables.end();
    }
    return Pattern.compile(shape + Pattern.quote(template.substring(at)), Pattern.DOTALL);
  }

  private static String shapeOf(String variable) {
    return switch (variable) {
      case "tenant" -> "[a-z0-9][a-z0-9_-]{0,62}";
      case "upload_id" -> "(?<id>[0-9a-f-]{36})";
      case "object_key" -> ".+";
      case "filename" -> "[^/]+";
      case "yyyy" -> "[0-9]{4}";
      default -> "[0-9]{2}";
    };
  }

  /** Whether a caller's object_key has any place here. */
  public boolean takesObjectKey() {
    return template.contains("{object_key}");
  }

  /**
   * The key of one upload.
   *
   * @param objectKey the caller's; empty for the filename
   * @param filename the caller's; empty for "object"
   */
  public String keyFor(String tenant, UploadId id, String objectKey, String filename, Instant now) {
    String name = filename.isEmpty() ? "object" : Names.asSegment(filename);
    String path = objectKey.isEmpty() ? name : objectKey;
    LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    String key =
        VARIABLE
            .matcher(template)
            .replaceAll(
                variable ->
                    Matcher.quoteReplacement(
                        switch (variable.group(1)) {
                          case "tenant" -> tenant;
                          case "upload_id" -> id.toString();
                          case "object_key" -> path;
                          case "filename" -> name;
                          case "yyyy" -> "%04d".formatted(day.getYear());
                          case "mm" -> "%02d".formatted(day.getMonthValue());
                          default -> "%02d".formatted(day.getDayOfMonth());
                        }));
    return prefix + key;
  }
}
