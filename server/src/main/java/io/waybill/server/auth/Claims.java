package io.waybill.server.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Role;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the caller out of a genuine token. A claim is found by its whole name, or else by following
 * the dots in it into nested objects ({@code realm_access.roles}).
 */
final class Claims {
  private static final int MAX_SUBJECT_CHARS = 255;

  private final JwtSettings settings;

  Claims(JwtSettings settings) {
    this.settings = settings;
  }

  /**
   * The caller.
   *
   * @throws io.waybill.server.upload.UploadException PERMISSION_DENIED where the token does not
   *     make one
   */
  Caller caller(JWTClaimsSet claims) {
    Object tenant = find(claims.getClaims(), settings.tenantClaim());
    if (!(tenant instanceof String name) || !Caller.isTenant(name)) {
      throw Refusals.denied(
          "the token's claim %s has to name a tenant: a string, %s"
              .formatted(settings.tenantClaim(), Caller.TENANT_FORM));
    }
    Object subject = find(claims.getClaims(), settings.subjectClaim());
    if (!(subject instanceof String who) || !isSubject(who)) {
      throw Refusals.denied(
          "the token's claim %s has to be a string of 1 to %d characters, none of them a control"
              .formatted(settings.subjectClaim(), MAX_SUBJECT_CHARS));
    }
    return new Caller(name, who, roles(find(claims.getClaims(), settings.rolesClaim())));
  }

  private static boolean isSubject(String text) {
    return !text.isBlank()
        && text.length() <= MAX_SUBJECT_CHARS
        && text.chars().noneMatch(Character::isISOControl);
  }

  /** A list of words, or one string of them with spaces between, as OAuth's scope. */
  private Set<Role> roles(@Nullable Object claim) {
    Set<Object> words = new HashSet<>();
    if (claim instanceof Collection<?> list) {
      words.addAll(list);
    } else if (claim instanceof String text) {
      words.addAll(List.of(text.split(" ", -1)));
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    settings
        .roles()
        .forEach(
            (role, names) -> {
              if (names.stream().anyMatch(words::contains)) {
                roles.add(role);
              }
            });
    return roles;
  }

  private static @Nullable Object find(Map<?, ?> claims, String name) {
    if (claims.containsKey(name)) {
      return claims.get(name);
    }
    int dot = name.indexOf('.');
    return dot > 0 && claims.get(name.substring(0, dot)) instanceof Map<?, ?> inner
        ? find(inner, name.substring(dot + 1))
        : null;
  }
}
