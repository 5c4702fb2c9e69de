package io.waybill.server.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.waybill.v1.SignedPart;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The text of no record gives away what is secret in it. A record that gets a component of such a
 * name, or of a type that carries a URL, is looked at without being listed here.
 */
class SecretTextsTest {
  private static final String SECRET = "c0ffee-" + "must-not-be-read";

  /** Names of what is secret, or is a part of what is signed. */
  private static final Set<String> NAMES =
      Set.of(
          "url", "token", "secret", "secretkey", "password", "canonical", "tosign", "text", "body");

  /** Records with such a name for something else. */
  private static final Set<String> HARMLESS = Set.of("MagicTypes", "FileArgument");

  @TestFactory
  Stream<DynamicTest> noRecordTellsWhatItHolds() {
    List<Class<?>> records =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.waybill.server", "io.waybill.client")
                .stream()
                .filter(JavaClass::isRecord)
                .<Class<?>>map(JavaClass::reflect)
                .filter(
                    type ->
                        Arrays.stream(type.getRecordComponents())
                            .anyMatch(SecretTextsTest::isSecret))
                .filter(type -> !HARMLESS.contains(type.getSimpleName()))
                .collect(Collectors.toList());
    assertThat(records.stream().map(Class::getSimpleName))
        .contains(
            "PostgresAddress",
            "SignedPart",
            "PutTemplate",
            "PutHead",
            "PartTask",
            "PutReply",
            "Read");
    return records.stream()
        .map(
            type ->
                DynamicTest.dynamicTest(
                    type.getName(),
                    () -> assertThat(made(type).toString()).doesNotContain(SECRET)));
  }

  private static boolean isSecret(RecordComponent component) {
    boolean text = component.getType() == String.class || component.getType() == byte[].class;
    return (text && isNamedAsSecret(component)) || component.getType() == SignedPart.class;
  }

  private static boolean isNamedAsSecret(RecordComponent component) {
    return NAMES.contains(component.getName().toLowerCase(Locale.ROOT));
  }

  private static Object made(Class<?> type) throws ReflectiveOperationException {
    List<@Nullable Object> values = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      values.add(value(component));
    }
    Constructor<?> constructor =
        type.getDeclaredConstructor(
            Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new));
    constructor.setAccessible(true);
    return constructor.newInstance(values.toArray());
  }

  /** A URL is one of a database, which holds the secret in a property. */
  private static String secret(RecordComponent component) {
    return component.getName().equals("url")
        ? "jdbc:postgresql://host/database?sslpassword=" + SECRET
        : SECRET;
  }

  /** Something that most constructors take; null for what is no value. */
  private static @Nullable Object value(RecordComponent component) {
    Map<Class<?>, Object> values = new TreeMap<>((a, b) -> a.getName().compareTo(b.getName()));
    values.put(String.class, isNamedAsSecret(component) ? secret(component) : "plain");
    values.put(byte[].class, SECRET.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    values.put(int.class, 1);
    values.put(long.class, 1L);
    values.put(boolean.class, false);
    values.put(Instant.class, Instant.EPOCH);
    values.put(Duration.class, Duration.ofSeconds(1));
    values.put(Map.class, Map.of("x-secret", SECRET));
    values.put(List.class, List.of());
    values.put(Set.class, Set.of());
    values.put(Optional.class, Optional.empty());
    values.put(OptionalLong.class, OptionalLong.empty());
    values.put(Path.class, Path.of("x"));
    values.put(URI.class, URI.create("https://x/" + SECRET));
    values.put(
        HttpHeaders.class,
        HttpHeaders.of(Map.of("authorization", List.of(SECRET)), (name, value) -> true));
    values.put(SignedPart.class, SignedPart.newBuilder().setUrl("https://x/" + SECRET).build());
    return values.get(component.getType());
  }
}
