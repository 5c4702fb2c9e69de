package io.waybill.server.upload;

import java.util.Optional;

/**
 * Tells a content by its first bytes. Thread-safe; may block for as long as it loads its tables.
 */
public interface ContentDetector {
  /** How many bytes are worth having. What is told by later ones is told by parsers alone. */
  int START_BYTES = 64 << 10;

  /**
   * Whether the content is something else than was declared.
   *
   * @param declared a content type, perhaps with parameters
   * @param start the first {@link #START_BYTES}, or all where there are fewer
   * @return what the content is; empty where that does not contradict the declared type
   */
  Optional<String> contradiction(String declared, byte[] start);
}
