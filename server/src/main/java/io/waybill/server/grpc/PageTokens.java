package io.waybill.server.grpc;

import com.google.protobuf.Message;
import io.waybill.server.upload.Caller;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where a page begins, as callers hand it back: a version, a position, and an HMAC over both, the
 * caller's tenant and the filters it was made under. What was not made here, or for somebody else,
 * or for another query, is none.
 */
public final class PageTokens {
  /** The shortest key. */
  public static final int MIN_KEY_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";
  private static final byte VERSION = 2;

  /** 128 bits, as much as anybody could guess at. */
  private static final int MAC_BYTES = 16;

  private static final int HEAD_BYTES = 1 + MAC_BYTES;

  /** More than any position needs; nothing longer is decoded. */
  private static final int MAX_CHARS = 128;

  private final SecretKeySpec key;

  /**
   * @param key at least {@link #MIN_KEY_BYTES}; the same on all replicas
   */
  public PageTokens(byte[] key) {
    if (key.length < MIN_KEY_BYTES) {
      throw new IllegalArgumentException("a key of at least " + MIN_KEY_BYTES + " bytes");
    }
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /**
   * Makes a token.
   *
   * @param filters the request without its page_size and page_token
   */
  String encode(Caller caller, Message filters, byte[] position) {
    byte[] token =
        ByteBuffer.allocate(HEAD_BYTES + position.length)
            .put(VERSION)
            .put(mac(caller, filters, position))
            .put(position)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /** The position; empty where the token is none, another's, or was made under other filters. */
  Optional<ByteBuffer> decode(Caller caller, Message filters, String text, int positionBytes) {
    if (text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    byte[] token;
    try {
      token = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (token.length != HEAD_BYTES + positionBytes || token[0] != VERSION) {
      return Optional.empty();
    }
    byte[] position = Arrays.copyOfRange(token, HEAD_BYTES, token.length);
    byte[] given = Arrays.copyOfRange(token, 1, HEAD_BYTES);
    return MessageDigest.isEqual(given, mac(caller, filters, position))
        ? Optional.of(ByteBuffer.wrap(position))
        : Optional.empty();
  }

  /** Every piece with its length before it, so that none can pass for a part of another. */
  private byte[] mac(Caller caller, Message filters, byte[] position) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(VERSION);
      update(mac, caller.tenant().getBytes(StandardCharsets.UTF_8));
      update(mac, filters.getDescriptorForType().getFullName().getBytes(StandardCharsets.UTF_8));
      update(mac, filters.toByteArray());
      update(mac, position);
      return Arrays.copyOf(mac.doFinal(), MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  private static void update(Mac mac, byte[] piece) {
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(piece.length).array());
    mac.update(piece);
  }
}
