package io.waybill.server.s3;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 as signing needs it: states that can be continued from more than once, and hex. */
final class Sha256 {
  static final int LENGTH_BYTES = 32;
  static final int BLOCK_BYTES = 64;
  static final int HEX_CHARS = 2 * LENGTH_BYTES;

  /** Two digits at a time. */
  private static final VarHandle PAIR =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

  private static final short[] DIGITS = new short[256];

  static {
    for (int b = 0; b < DIGITS.length; b++) {
      DIGITS[b] = (short) (Character.forDigit(b >> 4, 16) << 8 | Character.forDigit(b & 0xf, 16));
    }
  }

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
  static void finish(MessageDigest state, byte[] to) {
    try {
      state.digest(to, 0, LENGTH_BYTES);
    } catch (DigestException e) {
      throw new AssertionError("there is room for a hash", e);
    }
  }

  /** Writes a hash in hex. */
  static void hex(byte[] hash, byte[] to) {
    for (int i = 0; i < LENGTH_BYTES; i++) {
      PAIR.set(to, 2 * i, DIGITS[hash[i] & 0xff]);
    }
  }
}
