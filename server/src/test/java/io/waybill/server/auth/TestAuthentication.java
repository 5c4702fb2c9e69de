package io.waybill.server.auth;

import io.waybill.server.upload.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings that {@link TestIssuer}'s tokens are right for. */
public final class TestAuthentication {
  private static final Map<Role, Set<String>> ROLES =
      Map.of(
          Role.UPLOADER, Set.of("waybill-uploader"),
          Role.READER, Set.of("waybill-reader"),
          Role.ADMIN, Set.of("waybill-admin"));

  private TestAuthentication() {}

  public static JwtSettings byFile(Path jwks) {
    return settings(null, jwks, "roles");
  }

  static JwtSettings byUrl(URI jwks) {
    return settings(jwks, null, "roles");
  }

  static JwtSettings withRolesIn(Path jwks, String rolesClaim) {
    return settings(null, jwks, rolesClaim);
  }

  private static JwtSettings settings(@Nullable URI url, @Nullable Path file, String rolesClaim) {
    return new JwtSettings(
        TestIssuer.ISSUER,
        TestIssuer.AUDIENCE,
        Set.copyOf(JwtSettings.DEFAULT_ALGORITHMS),
        Duration.ofSeconds(30),
        url,
        file,
        Duration.ofMinutes(15),
        "tenant",
        "sub",
        rolesClaim,
        ROLES);
  }

  public static Path publish(Path folder, TestIssuer issuer) {
    try {
      return Files.write(folder.resolve("jwks.json"), issuer.jwks());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Authentication open(AuthSettings settings, Background background, Clock clock) {
    try {
      return Authentication.open(settings, background, clock);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
