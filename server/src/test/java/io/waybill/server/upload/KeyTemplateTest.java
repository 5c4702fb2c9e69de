package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTemplateTest {
  private static final UploadId ID =
      new UploadId(UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057"));
  private static final Instant NOW = Instant.parse("2026-03-09T23:59:59Z");

  @Test
  void theIdIsAlwaysAWholeSegment() {
    KeyTemplate keys = new KeyTemplate("in/", KeyTemplate.DEFAULT, false);

    assertThat(keys.keyFor("acme", ID, "", "a b.pdf", NOW)).isEqualTo("in/acme/" + ID + "/a b.pdf");
    assertThat(keys.keyFor("acme", ID, "2026/q3.pdf", "x", NOW))
        .isEqualTo("in/acme/" + ID + "/2026/q3.pdf");
    assertThat(keys.keyFor("acme", ID, "", "", NOW)).isEqualTo("in/acme/" + ID + "/object");
  }

  @Test
  void fillsInTheDayInUtc() {
    KeyTemplate keys = new KeyTemplate("", "{yyyy}/{mm}/{dd}/{upload_id}", false);

    assertThat(keys.keyFor("acme", ID, "", "x", NOW)).isEqualTo("2026/03/09/" + ID);
    assertThat(keys.takesObjectKey()).isFalse();
  }

  @Test
  void whatACallerNamesIsNeverReadAsATemplate() {
    KeyTemplate keys = new KeyTemplate("", KeyTemplate.DEFAULT, false);

    assertThat(keys.keyFor("acme", ID, "{tenant}$1\\", "x", NOW))
        .isEqualTo("acme/" + ID + "/{tenant}$1\\");
  }

  @Test
  void cutsALongNameBetweenCharactersAndKeepsItsExtension() {
    String key =
        new KeyTemplate("", "{upload_id}/{filename}", false)
            .keyFor("acme", ID, "", "ü😀".repeat(100) + ".tar.gz", NOW);
    String name = key.substring(key.lastIndexOf('/') + 1);

    assertThat(name.getBytes(StandardCharsets.UTF_8).length).isBetween(120, 128);
    assertThat(name).endsWith(".gz").doesNotContain("?");
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{tenant}/{object_key}",
        "{tenant}/x-{upload_id}/{object_key}",
        "{upload_id}/{nonsense}",
        "/{upload_id}",
        "{upload_id}/",
        "a//{upload_id}",
        "../{upload_id}",
      })
  void refusesATemplateThatWouldLoseTheIdOrTheKey(String template) {
    assertThatThrownBy(() -> new KeyTemplate("", template, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key_template");
  }

  @Test
  void knowsItsOwnKeysFromStrangers() {
    KeyTemplate keys =
        new KeyTemplate("in/", "{yyyy}/{mm}/{upload_id}/{upload_id}-{filename}", false);
    String own = keys.keyFor("acme", ID, "", "a.b", NOW);

    assertThat(keys.uploadIdIn(own)).contains(ID);
    for (String foreign :
        new String[] {
          own.substring(3),
          own + "/x",
          own.replace("/03/", "/3/"),
          own.replaceFirst("-a.b", ""),
          own.replaceFirst(ID.toString(), "01890a5d-ac96-774b-bcce-b302099a8058"),
          "in/2026/03/" + ID
        }) {
      assertThat(keys.uploadIdIn(foreign)).as(foreign).isEmpty();
    }
    assertThat(new KeyTemplate("", KeyTemplate.DEFAULT_EXACT, true).uploadIdIn("acme/" + ID))
        .isEmpty();
  }

  @Test
  void exactKeysAreTheCallersOwn() {
    KeyTemplate keys = new KeyTemplate("p/", KeyTemplate.DEFAULT_EXACT, true);

    assertThat(keys.keyFor("acme", ID, "a/b.pdf", "", NOW)).isEqualTo("p/acme/a/b.pdf");
    assertThatThrownBy(() -> new KeyTemplate("", KeyTemplate.DEFAULT, true))
        .hasMessageContaining("exclude each other");
    assertThatThrownBy(() -> new KeyTemplate("/x", KeyTemplate.DEFAULT, false))
        .hasMessageContaining("key_prefix");
  }
}
