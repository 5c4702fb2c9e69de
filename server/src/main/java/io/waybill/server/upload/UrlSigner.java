package io.waybill.server.upload;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Signs requests; never talks to S3. Thread-safe, and quick enough to be called in a loop. */
public interface UrlSigner {

  /**
   * Whether all is at hand that signing for a session needs. Where it is not, the next {@link
   * #sign} may wait (for credentials that have to be fetched), and must not run on an event loop.
   */
  default boolean isReady(Upload upload) {
    return true;
  }

  /** Fetches what signing needs, where it may wait for that: not on an event loop. */
  default void prepare() {}

  /**
   * Signs the PUT of one part: an UploadPart, or a PutObject where the mode is SINGLE. All that can
   * be pinned is signed: the key, the part number, the length, the checksum, and for a PutObject
   * the content type, the metadata with the upload's id, and {@code If-None-Match: *}.
   *
   * @param upload an ACTIVE session
   * @param partNumber a part of its plan
   * @param checksum the part's, where the session has an algorithm
   * @param now when the call came for which this is signed: the URL's life is counted from it, so
   *     that however short it is, it is not over because a clock was read twice
   * @param end when the URL shall end at the latest; it ends sooner where the credentials do
   * @throws StorageException UNAVAILABLE where there are no credentials now
   */
  SignedPart sign(
      Upload upload, int partNumber, @Nullable Checksum checksum, Instant now, Instant end);
}
