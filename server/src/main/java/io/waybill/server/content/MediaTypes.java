package io.waybill.server.content;

import java.util.Map;
import java.util.Set;
import org.apache.tika.mime.MediaType;
import org.apache.tika.mime.MediaTypeRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Whether a detected type contradicts a declared one. In this order:
 *
 * <ol>
 *   <li>{@code application/octet-stream} promises nothing, so nothing contradicts it.
 *   <li>Content that no magic number tells contradicts what has one (a PDF begins as a PDF), but
 *       neither text, whose encodings are many, nor sound and film, whose containers are.
 *   <li>Equal, an alias, or one above the other in Tika's hierarchy is no contradiction: a .docx is
 *       a ZIP, and SVG is XML.
 *   <li>Text is told from text by guess, so text does not contradict a textual type; but it does an
 *       image's, which SVG is. The containers of sound and film have too many brands to be told
 *       apart.
 *   <li>All else contradicts what has a magic number, or is something that has. A type without one
 *       is contradicted by another family ({@code image}, {@code font} …) and by text, which an SVG
 *       is; of the family {@code application}, which has everything in it, by executables alone.
 * </ol>
 */
final class MediaTypes {
  private static final Set<String> PROMISES_NOTHING =
      Set.of("application/octet-stream", "binary/octet-stream", "application/unknown");

  /** Names in use that Tika does not know. */
  private static final Map<String, String> ALIASES =
      Map.ofEntries(
          Map.entry("image/jpg", "image/jpeg"),
          Map.entry("image/pjpeg", "image/jpeg"),
          Map.entry("audio/mp3", "audio/mpeg"),
          Map.entry("application/x-zip", "application/zip"),
          Map.entry("application/vnd.rar", "application/x-rar-compressed"),
          Map.entry("application/vnd.microsoft.portable-executable", "application/x-msdownload"),
          Map.entry("application/x-msdos-program", "application/x-msdownload"),
          Map.entry("application/vnd.apache.parquet", "application/x-parquet"),
          Map.entry("application/vnd.sqlite3", "application/x-sqlite3"),
          Map.entry("font/ttf", "application/x-font-ttf"),
          Map.entry("text/x-shellscript", "application/x-sh"),
          Map.entry("application/x-shellscript", "application/x-sh"));

  private static final Set<MediaType> EXECUTABLES =
      Set.of(
          MediaType.application("x-msdownload"),
          MediaType.application("x-elf"),
          MediaType.application("x-mach-o"),
          MediaType.application("x-mach-o-executable"),
          MediaType.application("x-mach-o-universal"),
          MediaType.application("java-vm"),
          MediaType.application("wasm"),
          MediaType.application("x-sh"),
          MediaType.application("x-bat"),
          MediaType.application("x-ms-installer"),
          MediaType.application("x-chrome-package"),
          MediaType.application("x-shockwave-flash"));

  private static final Set<String> MEDIA = Set.of("audio", "video");

  private final MediaTypeRegistry registry;
  private final Set<MediaType> magic;

  /**
   * Of a table.
   *
   * @param magic the types that have magic numbers
   */
  MediaTypes(MediaTypeRegistry registry, Set<MediaType> magic) {
    this.registry = registry;
    this.magic = Set.copyOf(magic);
  }

  boolean contradict(String declaredType, MediaType detectedType) {
    MediaType declared = canonical(declaredType);
    MediaType detected = registry.normalize(detectedType.getBaseType());
    if (PROMISES_NOTHING.contains(declared.toString())) {
      return false;
    }
    if (detected.equals(MediaType.OCTET_STREAM)) {
      return isRecognizable(declared) && !isText(declared) && !isMedia(declared);
    }
    if (isKindOf(declared, detected) || isKindOf(detected, declared)) {
      return false;
    }
    if (isText(declared)) {
      return !isText(detected) || declared.getType().equals("image");
    }
    if (isMedia(declared) && isMedia(detected)) {
      return false;
    }
    if (isRecognizable(declared)) {
      return true;
    }
    return declared.getType().equals("application")
        ? EXECUTABLES.stream().anyMatch(executable -> isKindOf(detected, executable))
        : !declared.getType().equals(detected.getType()) || isText(detected);
  }

  private MediaType canonical(String declared) {
    String type = declared.split(";", 2)[0].strip().toLowerCase(java.util.Locale.ROOT);
    @Nullable MediaType parsed = MediaType.parse(ALIASES.getOrDefault(type, type));
    // What Tika cannot read it does not know either.
    return parsed == null ? MediaType.application("x-unknown") : registry.normalize(parsed);
  }

  /** Everything is an octet stream, so that says nothing. */
  private boolean isKindOf(MediaType a, MediaType b) {
    return a.equals(b) || (!b.equals(MediaType.OCTET_STREAM) && registry.isSpecializationOf(a, b));
  }

  private boolean isText(MediaType type) {
    return isKindOf(type, MediaType.TEXT_PLAIN)
        || Set.of("text", "message", "multipart").contains(type.getType());
  }

  private boolean isMedia(MediaType type) {
    MediaType above = registry.getSupertype(type);
    return MEDIA.contains(type.getType())
        || isKindOf(type, MediaType.application("quicktime"))
        || isKindOf(type, MediaType.application("ogg"))
        || isKindOf(type, MediaType.application("x-matroska"))
        || (above != null && MEDIA.contains(above.getType()));
  }

  /** Whether it, or something that it is, has a magic number. */
  private boolean isRecognizable(MediaType type) {
    for (@Nullable MediaType each = type;
        each != null && !each.equals(MediaType.OCTET_STREAM);
        each = registry.getSupertype(each)) {
      if (magic.contains(each)) {
        return true;
      }
    }
    return false;
  }
}
