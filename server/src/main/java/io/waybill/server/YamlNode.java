package io.waybill.server;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML document as it is written: mappings, lists and text, without a guess at what is a number
 * or a date. On SnakeYAML alone, because Jackson's databind would take a tenth of a server's start.
 */
final class YamlNode {
  /** Far deeper than any key; an alias within what it stands for has no end. */
  private static final int MAX_DEPTH = 32;

  private static final YamlNode MISSING = new YamlNode(null, null, null, false);

  private final @Nullable Map<String, YamlNode> mapping;
  private final @Nullable List<YamlNode> list;
  private final @Nullable String text;
  private final boolean isNull;

  private YamlNode(
      @Nullable Map<String, YamlNode> mapping,
      @Nullable List<YamlNode> list,
      @Nullable String text,
      boolean isNull) {
    this.mapping = mapping;
    this.list = list;
    this.text = text;
    this.isNull = isNull;
  }

  /**
   * Reads a document.
   *
   * @throws ConfigException where it is none, with the line
   */
  static YamlNode parse(String yaml) {
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new StringReader(yaml));
      return root == null ? MISSING : of(root, 0);
    } catch (MarkedYAMLException e) {
      throw notYaml(e.getProblemMark(), e.getProblem());
    } catch (YAMLException | IllegalArgumentException e) { // the latter for a tag such as !a%a
      throw notYaml(null, e.getMessage());
    }
  }

  boolean isObject() {
    return mapping != null;
  }

  boolean isValueNode() {
    return text != null;
  }

  /** Whether it is a value that says null, or nothing: {@code key:}. */
  boolean isNull() {
    return isNull;
  }

  boolean isMissingNode() {
    return mapping == null && list == null && text == null;
  }

  /** The text of a value; empty where it is none. */
  String asText() {
    return text == null ? "" : text;
  }

  /** What a mapping has under a key; missing where it has not, or is none. */
  YamlNode get(String key) {
    return mapping == null ? MISSING : mapping.getOrDefault(key, MISSING);
  }

  /** The keys of a mapping, as they are written. */
  Collection<String> fieldNames() {
    return mapping == null ? List.of() : mapping.keySet();
  }

  /** What a list holds. */
  List<YamlNode> elements() {
    return list == null ? List.of() : list;
  }

  private static YamlNode of(Node node, int depth) {
    if (depth > MAX_DEPTH) {
      throw notYaml(node.getStartMark(), "more than " + MAX_DEPTH + " levels");
    }
    if (node instanceof MappingNode mapping) {
      return new YamlNode(mappingOf(mapping, depth), null, null, false);
    }
    if (node instanceof SequenceNode sequence) {
      List<YamlNode> list = new ArrayList<>();
      for (Node each : sequence.getValue()) {
        list.add(of(each, depth + 1));
      }
      return new YamlNode(null, List.copyOf(list), null, false);
    }
    String text = ((ScalarNode) node).getValue();
    return new YamlNode(null, null, text, node.getTag().equals(Tag.NULL));
  }

  private static Map<String, YamlNode> mappingOf(MappingNode node, int depth) {
    Map<String, YamlNode> mapping = new LinkedHashMap<>();
    for (NodeTuple pair : node.getValue()) {
      if (!(pair.getKeyNode() instanceof ScalarNode key)) {
        throw notYaml(pair.getKeyNode().getStartMark(), "a key is a word");
      }
      if (mapping.put(key.getValue(), of(pair.getValueNode(), depth + 1)) != null) {
        throw notYaml(key.getStartMark(), "Duplicate key " + key.getValue());
      }
    }
    return Collections.unmodifiableMap(mapping);
  }

  private static ConfigException notYaml(@Nullable Mark where, @Nullable String problem) {
    String line = where == null ? "" : ", in line " + (where.getLine() + 1);
    String first = problem == null ? "" : problem.lines().findFirst().orElse("");
    return new ConfigException("not YAML" + line + ": " + first);
  }
}
