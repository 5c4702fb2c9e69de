package io.waybill.server.s3;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 as signing needs it: states that can be continued from more than once, and hex. */
final class Sha256 {
  static final int LENGTH_BYTES = 32;
  static final int BLOCK_BYTES = 64;
  static final int HEX_CHARS = 2 * LENGTH_BYTES;

  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private Sha256() {}

  static MessageDigest create() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** A hash that goes on from where another one is, which stays there. */
  static MessageDigest fork(MessageDigest state) {
    try {
      return (MessageDigest) state.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's SHA-256 can be cloned", e);
    }
  }

  /** Writes the hash, and resets the state to that of no bytes. */
  static void finish(MessageDigest state, byte[] to, int at) {
    try {
      state.digest(to, at, LENGTH_BYTES);
    } catch (DigestException e) {
      throw new AssertionError("there is room for a hash", e);
    }
  }

  /** Writes a hash in hex. */
  static void hex(byte[] hash, byte[] to) {
    for (int i = 0; i < LENGTH_BYTES; i++) {
      to[2 * i] = DIGITS[hash[i] >> 4 & 0xf];
      to[2 * i + 1] = DIGITS[hash[i] & 0xf];
    }
  }
}
