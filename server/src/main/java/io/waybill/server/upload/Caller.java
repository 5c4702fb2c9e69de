package io.waybill.server.upload;

import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who is calling.
 *
 * @param tenant whose uploads the caller sees and touches, and no others
 * @param subject the caller itself, for the log
 * @param roles what it may do; none is nothing
 * @param until when it is not known any more by what it has shown; for calls that last
 */
public record Caller(String tenant, String subject, Set<Role> roles, Instant until) {
  /** What a tenant may be called, in words. */
  public static final String TENANT_FORM = "1 to 63 of a-z 0-9 _ -";

  /** It becomes a segment of S3 keys: nothing to escape, no case to confuse, never "..". */
  private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  public Caller {
    if (!isTenant(tenant)) {
      throw new IllegalArgumentException("a tenant is " + TENANT_FORM);
    }
    roles = Set.copyOf(roles);
  }

  /** One that is known for ever. */
  public Caller(String tenant, String subject, Set<Role> roles) {
    this(tenant, subject, roles, Instant.MAX);
  }

  /** An uploader. */
  public Caller(String tenant, String subject) {
    this(tenant, subject, Set.of(Role.UPLOADER));
  }

  public static boolean isTenant(String text) {
    return TENANT.matcher(text).matches();
  }

  public boolean is(Role role) {
    return roles.contains(role);
  }

  /** The same caller on behalf of another tenant. */
  public Caller as(String otherTenant) {
    return new Caller(otherTenant, subject, roles, until);
  }

  /** The same caller, known until then at the latest. */
  public Caller until(Instant end) {
    return end.isBefore(until) ? new Caller(tenant, subject, roles, end) : this;
  }
}
