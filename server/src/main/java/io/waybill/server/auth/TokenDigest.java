package io.waybill.server.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The SHA-256 of a token. */
record TokenDigest(long first, long second, long third, long fourth) {

  static TokenDigest of(String token) {
    try {
      byte[] sha256 =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      ByteBuffer longs = ByteBuffer.wrap(sha256);
      return new TokenDigest(longs.getLong(), longs.getLong(), longs.getLong(), longs.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
