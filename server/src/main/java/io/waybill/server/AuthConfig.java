package io.waybill.server;

import io.waybill.server.auth.AuthSettings;
import io.waybill.server.auth.CertificateName;
import io.waybill.server.auth.JwtSettings;
import io.waybill.server.auth.Require;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Role;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code auth}. */
final class AuthConfig {
  private AuthConfig() {}

  /** Null where it has problems, which the section keeps. */
  static @Nullable AuthSettings read(ConfigSection section) {
    ConfigSection jwt = section.section("jwt");
    ConfigSection mtls = section.section("mtls");
    Require require = require(section, jwt.isPresent(), mtls.isPresent());
    JwtSettings tokens = jwt.isPresent() ? JwtConfig.read(jwt) : null;
    Map<CertificateName, Caller> certificates = mtls.isPresent() ? certificates(mtls) : Map.of();
    section.refuseUnknownKeys();
    if (require == null
        || jwt.isPresent() != (tokens != null)
        || mtls.isPresent() == certificates.isEmpty()) {
      return null;
    }
    return section.build("", s -> new AuthSettings(require, tokens, certificates));
  }

  /** With one way there is one answer; with two, it has to be said. */
  private static @Nullable Require require(ConfigSection section, boolean jwt, boolean mtls) {
    String text = section.text("require", jwt == mtls ? "" : jwt ? "jwt" : "mtls");
    if (!jwt && !mtls) {
      section.problem("jwt", "auth needs jwt, mtls, or both");
      return null;
    }
    String allowed = jwt && mtls ? "either or both" : jwt ? "jwt" : "mtls";
    if (!List.of(allowed.split(" or ", -1)).contains(text)) {
      section.problem(
          "require", "%s, by the sections that are there, not %s".formatted(allowed, said(text)));
      return null;
    }
    return Require.valueOf(text.toUpperCase(Locale.ROOT));
  }

  private static String said(String text) {
    return text.isEmpty() ? "nothing" : text;
  }

  private static Map<CertificateName, Caller> certificates(ConfigSection mtls) {
    Map<CertificateName, Caller> certificates = new HashMap<>();
    for (ConfigSection each : mtls.sections("tenants")) {
      CertificateName name = name(each);
      Caller caller = name == null ? null : caller(each, name);
      each.refuseUnknownKeys();
      if (name != null && caller != null && certificates.put(name, caller) != null) {
        each.problem("", "each name once; " + name + " is there already");
      }
    }
    mtls.refuseUnknownKeys();
    return certificates;
  }

  private static @Nullable CertificateName name(ConfigSection section) {
    String uri = section.text("uri", "");
    String dns = section.text("dns", "");
    if (uri.isEmpty() == dns.isEmpty()) {
      section.problem("uri", "either uri or dns, the exact name in the certificate");
      return null;
    }
    return uri.isEmpty()
        ? section.build("dns", s -> new CertificateName(CertificateName.Kind.DNS, dns))
        : section.build("uri", s -> new CertificateName(CertificateName.Kind.URI, uri));
  }

  private static @Nullable Caller caller(ConfigSection section, CertificateName name) {
    String tenant = section.required("tenant");
    String subject = section.text("subject", name.toString());
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String text : section.texts("roles", List.of("uploader"))) {
      role(section, text, roles);
    }
    return tenant.isEmpty()
        ? null
        : section.build("tenant", s -> new Caller(tenant, subject, roles));
  }

  private static void role(ConfigSection section, String text, Set<Role> roles) {
    for (Role role : Role.values()) {
      if (role.name().toLowerCase(Locale.ROOT).equals(text)) {
        roles.add(role);
        return;
      }
    }
    section.problem("roles", "of uploader, reader, admin, not " + text);
  }
}
