package io.waybill.server.upload;

import java.util.Map;

/**
 * One field of a request that cannot be taken.
 *
 * @param field its path in the request, as in {@code parts[3].checksum}
 * @param reason why
 * @param description what is wrong and what is allowed, for people
 * @param metadata the variables of the description
 */
public record Violation(
    String field, Reason reason, String description, Map<String, String> metadata) {
  public Violation {
    metadata = Map.copyOf(metadata);
  }

  /** A field that is wrong in form. */
  public static Violation invalid(String field, String description) {
    return new Violation(field, Reason.INVALID_REQUEST, description, Map.of());
  }
}
