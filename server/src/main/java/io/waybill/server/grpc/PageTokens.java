package io.waybill.server.grpc;

import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Where a page begins, as callers hand it back: a version, a digest of the filters it was made
 * under, and a position. No secret is in it, and none is needed: a forged one leads nowhere that
 * its caller's own filters do not.
 */
final class PageTokens {
  private static final byte VERSION = 1;
  private static final int DIGEST_BYTES = 8;
  private static final int HEAD_BYTES = 1 + DIGEST_BYTES;

  private PageTokens() {}

  /**
   * Makes a token.
   *
   * @param filters the request without its page_size and page_token
   */
  static String encode(Message filters, byte[] position) {
    byte[] token =
        ByteBuffer.allocate(HEAD_BYTES + position.length)
            .put(VERSION)
            .put(digest(filters))
            .put(position)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /** The position; empty where the token is none, or was made under other filters. */
  static Optional<ByteBuffer> decode(Message filters, String text, int positionBytes) {
    byte[] token;
    try {
      token = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    boolean ours =
        token.length == HEAD_BYTES + positionBytes
            && token[0] == VERSION
            && Arrays.equals(token, 1, HEAD_BYTES, digest(filters), 0, DIGEST_BYTES);
    return ours ? Optional.of(ByteBuffer.wrap(token, HEAD_BYTES, positionBytes)) : Optional.empty();
  }

  private static byte[] digest(Message filters) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return Arrays.copyOf(sha256.digest(filters.toByteArray()), DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
