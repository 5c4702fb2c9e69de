package io.waybill.server.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;

/** A caller's metadata as one JSON object, so that a person can read the column. */
final class MetadataJson {
  private static final String NONE = "{}";

  /**
   * A class of its own, so that it is loaded when the first upload has metadata; most have none.
   */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};
  }

  private MetadataJson() {}

  static String write(Map<String, String> metadata) {
    if (metadata.isEmpty()) {
      return NONE;
    }
    try {
      return Json.MAPPER.writeValueAsString(new TreeMap<>(metadata));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("metadata that is not text", e);
    }
  }

  static Map<String, String> read(String json) {
    if (json.equals(NONE)) {
      return Map.of();
    }
    try {
      return Json.MAPPER.readValue(json, Json.STRINGS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row with broken metadata", e);
    }
  }
}
