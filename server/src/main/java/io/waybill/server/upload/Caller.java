package io.waybill.server.upload;

/**
 * Who is calling.
 *
 * @param tenant whose uploads the caller sees and touches, and no others
 * @param subject the caller itself, for the log
 */
public record Caller(String tenant, String subject) {
  public Caller {
    if (!tenant.matches("[a-z0-9][a-z0-9_-]{0,62}")) {
      throw new IllegalArgumentException("a tenant is 1 to 63 of a-z 0-9 _ -");
    }
  }
}
