package io.waybill.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of the configuration. It hands out values by key, collects every problem with the
 * key's path instead of stopping at the first, and knows in the end which keys nobody asked for.
 */
final class ConfigSection {
  private final String path;
  private final YamlNode node;
  private final List<String> problems;
  private final Set<String> known = new LinkedHashSet<>();

  private ConfigSection(String path, YamlNode node, List<String> problems) {
    this.path = path;
    this.node = node;
    this.problems = problems;
    if (!node.isObject() && !node.isMissingNode()) {
      problems.add((path.isEmpty() ? "the configuration" : path) + ": a mapping of keys to values");
    }
  }

  static ConfigSection root(YamlNode node) {
    return new ConfigSection("", node, new ArrayList<>());
  }

  /** A mapping within this one; empty where it is not there. */
  ConfigSection section(String key) {
    return new ConfigSection(pathOf(key), get(key), problems);
  }

  /** Whether it is there at all. */
  boolean isPresent() {
    return !node.isMissingNode();
  }

  /** The mappings within this one, by whatever key each has. */
  Map<String, ConfigSection> sectionsByKey() {
    Map<String, ConfigSection> sections = new LinkedHashMap<>();
    node.fieldNames().forEach(key -> sections.put(key, section(key)));
    return sections;
  }

  /** A list of mappings. */
  List<ConfigSection> sections(String key) {
    List<YamlNode> list = get(key).elements();
    if (list.isEmpty()) {
      problem(key, "a list of at least one");
      return List.of();
    }
    List<ConfigSection> sections = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      sections.add(new ConfigSection(pathOf(key) + "[" + i + "]", list.get(i), problems));
    }
    return sections;
  }

  String required(String key) {
    String value = text(key, "");
    if (value.isEmpty()) {
      problem(key, "required");
    }
    return value;
  }

  String text(String key, String otherwise) {
    return value(key, otherwise, Function.identity());
  }

  boolean flag(String key, boolean otherwise) {
    return value(
        key,
        otherwise,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("true or false, not " + text);
            });
  }

  /** One of an enum's names, in lower case. */
  <E extends Enum<E>> E choice(String key, E otherwise) {
    Class<E> type = otherwise.getDeclaringClass();
    return value(
        key,
        otherwise,
        text -> {
          List<String> allowed = new ArrayList<>();
          for (E each : type.getEnumConstants()) {
            String eachName = each.name().toLowerCase(Locale.ROOT);
            if (eachName.equals(text)) {
              return each;
            }
            allowed.add(eachName);
          }
          throw new IllegalArgumentException(String.join(", ", allowed) + ", not " + text);
        });
  }

  long size(String key, long otherwise) {
    return value(key, otherwise, Units::parseBytes);
  }

  /** A limit that there need not be: {@code unlimited}, or what the parser takes. */
  long limit(String key, long otherwise, ToLongFunction<String> parser) {
    return value(
        key,
        otherwise,
        text -> {
          try {
            return text.equals("unlimited") ? Long.MAX_VALUE : parser.applyAsLong(text);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("unlimited, or " + e.getMessage(), e);
          }
        });
  }

  long count(String key, long otherwise) {
    return value(key, otherwise, Units::parseCount);
  }

  Duration duration(String key, Duration otherwise) {
    return value(key, otherwise, Units::parseDuration);
  }

  /** To the millisecond. */
  Duration moment(String key, Duration otherwise) {
    return value(key, otherwise, Units::parseMoment);
  }

  @Nullable URI uri(String key) {
    String text = text(key, "");
    try {
      return text.isEmpty() ? null : new URI(text);
    } catch (URISyntaxException e) {
      problem(key, "a URL, not " + text);
      return null;
    }
  }

  /** A file; null where the key is not there. */
  @Nullable Path path(String key) {
    String text = text(key, "");
    try {
      return text.isEmpty() ? null : Path.of(text).toAbsolutePath();
    } catch (InvalidPathException e) {
      problem(key, "a file, not " + text + LocaleText.ofThisProcess().advice(text));
      return null;
    }
  }

  List<String> texts(String key, List<String> otherwise) {
    YamlNode list = get(key);
    if (list.isMissingNode()) {
      return otherwise;
    }
    if (list.elements().isEmpty()) {
      problem(key, "a list of at least one");
      return otherwise;
    }
    return list.elements().stream().map(YamlNode::asText).toList();
  }

  /** Builds something out of this section's values; what its constructor refuses is a problem. */
  <T> @Nullable T build(String key, Function<ConfigSection, T> constructor) {
    try {
      return constructor.apply(this);
    } catch (IllegalArgumentException e) {
      problems.add((key.isEmpty() ? path + "." : pathOf(key) + ": ") + e.getMessage());
      return null;
    }
  }

  void problem(String key, String allowed) {
    problems.add(pathOf(key) + ": " + allowed);
  }

  /** Reports the keys that nobody asked for. */
  void refuseUnknownKeys() {
    node.fieldNames()
        .forEach(
            key -> {
              if (!known.contains(key)) {
                problem(key, "unknown key; known are " + String.join(", ", known));
              }
            });
  }

  /** Stops here if anything was wrong anywhere. */
  void refuseProblems() {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private <T> T value(String key, T otherwise, Function<String, T> parser) {
    YamlNode value = get(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isValueNode() || value.isNull()) {
      problem(key, "one value");
      return otherwise;
    }
    try {
      return parser.apply(value.asText());
    } catch (IllegalArgumentException e) {
      problem(key, String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  private YamlNode get(String key) {
    known.add(key);
    return node.get(key);
  }

  private String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
