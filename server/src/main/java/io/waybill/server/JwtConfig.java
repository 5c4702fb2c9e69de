package io.waybill.server;

import io.waybill.server.auth.JwtSettings;
import io.waybill.server.upload.Role;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code auth.jwt}. */
final class JwtConfig {
  private static final Duration REFRESH = Duration.ofMinutes(15);
  private static final Duration SKEW = Duration.ofSeconds(30);

  private JwtConfig() {}

  /** Null where it has problems, which the section keeps. */
  static @Nullable JwtSettings read(ConfigSection section) {
    String issuer = section.required("issuer");
    String audience = section.required("audience");
    Set<String> algorithms =
        Set.copyOf(section.texts("algorithms", JwtSettings.DEFAULT_ALGORITHMS));
    Duration skew = section.duration("clock_skew", SKEW);
    URI url = jwksUrl(section);
    Path file = section.path("jwks_file");
    Duration refresh = section.duration("jwks_refresh", REFRESH);
    if (refresh.compareTo(Duration.ofSeconds(10)) < 0) {
      section.problem("jwks_refresh", "10s or more");
    }
    String tenant = section.text("tenant_claim", "tenant");
    String subject = section.text("subject_claim", "sub");
    String rolesClaim = section.text("roles_claim", "roles");
    Map<Role, Set<String>> roles = roles(section.section("roles"));
    section.refuseUnknownKeys();
    if (issuer.isEmpty() || audience.isEmpty()) {
      return null;
    }
    return section.build(
        "",
        s ->
            new JwtSettings(
                issuer,
                audience,
                algorithms,
                skew,
                url,
                file,
                refresh,
                tenant,
                subject,
                rolesClaim,
                roles));
  }

  /** Whoever can answer in the issuer's place decides who everybody is. */
  private static @Nullable URI jwksUrl(ConfigSection section) {
    boolean insecure = section.flag("insecure_jwks_url", false);
    URI url = section.uri("jwks_url");
    if (url == null) {
      return null;
    }
    boolean https = "https".equalsIgnoreCase(url.getScheme());
    boolean http = "http".equalsIgnoreCase(url.getScheme());
    String host = url.getHost();
    if (host == null || url.getRawUserInfo() != null || !(https || http)) {
      section.problem("jwks_url", "https://host[:port]/path, without user and password");
    } else if (http && !insecure && !isLoopback(host)) {
      section.problem(
          "jwks_url", "https; http beyond this machine only with insecure_jwks_url: true");
    }
    return url;
  }

  /** By its name: what DNS says may change. */
  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
  }

  private static Map<Role, Set<String>> roles(ConfigSection section) {
    Map<Role, Set<String>> roles = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      String name = role.name().toLowerCase(Locale.ROOT);
      roles.put(role, Set.copyOf(section.texts(name, List.of("waybill-" + name))));
    }
    section.refuseUnknownKeys();
    return roles;
  }
}
