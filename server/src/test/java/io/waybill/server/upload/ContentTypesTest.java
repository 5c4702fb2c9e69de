package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContentTypesTest {

  @Test
  void matchesExactlyByFamilyOrAll() {
    ContentTypes some = new ContentTypes(List.of("image/*", "Application/PDF"));

    assertThat(some.allow("image/png")).isTrue();
    assertThat(some.allow("IMAGE/PNG; x=y")).isTrue();
    assertThat(some.allow("application/pdf")).isTrue();
    assertThat(some.allow("application/pdfx")).isFalse();
    assertThat(some.allow("imagex/png")).isFalse();
    assertThat(new ContentTypes(List.of("*/*")).allow("a/b")).isTrue();
  }

  @Test
  void knowsAContentTypeFromSomethingElse() {
    assertThat(ContentTypes.isWellFormed("text/plain; charset=\"utf-8\"; x=y")).isTrue();
    assertThat(ContentTypes.isWellFormed("application/vnd.x+json")).isTrue();
    for (String bad : List.of("", "text", "text/", "/x", "a/b\r\nX: y", "a/b;", "a/ü", "a/b c")) {
      assertThat(ContentTypes.isWellFormed(bad)).as(bad).isFalse();
    }
    assertThat(ContentTypes.isWellFormed("a/" + "b".repeat(254))).isFalse();
  }

  @Test
  void refusesAListThatCannotBeMeant() {
    assertThatThrownBy(() -> new ContentTypes(List.of())).hasMessageContaining("at least one");
    assertThatThrownBy(() -> new ContentTypes(List.of("pdf"))).hasMessageContaining("not pdf");
  }
}
