package io.waybill.server.content;

import io.waybill.server.upload.ContentDetector;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MediaType;
import org.apache.tika.mime.MimeTypes;
import org.jspecify.annotations.Nullable;

/**
 * {@link ContentDetector} on the magic numbers that Apache Tika knows. Names are not looked at:
 * they are the caller's word, as the declared type is.
 *
 * <p>Tika's table takes up to a second to load, so it is loaded by the first question.
 */
public final class TikaContentDetector implements ContentDetector {

  /** What is known once the table is there. */
  private record Known(MimeTypes types, MediaTypes media) {
    static Known load() {
      MimeTypes types = MimeTypes.getDefaultMimeTypes();
      return new Known(types, new MediaTypes(types.getMediaTypeRegistry(), MagicTypes.load()));
    }
  }

  private @Nullable Known known;

  @Override
  public Optional<String> contradiction(String declared, byte[] start) {
    if (start.length == 0) {
      return Optional.empty(); // no content contradicts nothing
    }
    Known now = known();
    MediaType detected = detect(now.types, start);
    return now.media.contradict(declared, detected)
        ? Optional.of(detected.getBaseType().toString())
        : Optional.empty();
  }

  private synchronized Known known() {
    if (known == null) {
      known = Known.load();
    }
    return known;
  }

  private static MediaType detect(MimeTypes types, byte[] start) {
    try {
      return types.detect(new ByteArrayInputStream(start), new Metadata());
    } catch (IOException e) {
      throw new IllegalStateException("reading an array", e);
    }
  }
}
