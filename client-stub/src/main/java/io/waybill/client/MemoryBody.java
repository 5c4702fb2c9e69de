package io.waybill.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A part held in memory, in pieces: large arrays would need heap without gaps. */
final class MemoryBody implements PartBody {

  private static final int PIECE_BYTES = 128 << 10;

  private volatile byte[][] pieces;
  private final int sizeBytes;

  /**
   * Reads the part from a stream.
   *
   * @throws EOFException if the stream ends before
   */
  MemoryBody(InputStream stream, int sizeBytes) throws IOException {
    this.sizeBytes = sizeBytes;
    byte[][] read = new byte[(sizeBytes + PIECE_BYTES - 1) / PIECE_BYTES][];
    for (int i = 0; i < read.length; i++) {
      int length = Math.min(PIECE_BYTES, sizeBytes - i * PIECE_BYTES);
      read[i] = stream.readNBytes(length);
      if (read[i].length < length) {
        throw new EOFException();
      }
    }
    this.pieces = read;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(ByteBuffer buffer, long position) {
    int at = (int) position;
    while (buffer.hasRemaining() && at < sizeBytes) {
      byte[] piece = pieces[at / PIECE_BYTES];
      int from = at % PIECE_BYTES;
      int length = Math.min(buffer.remaining(), piece.length - from);
      buffer.put(piece, from, length);
      at += length;
    }
  }

  /** Lets the memory go at once, whoever still holds the body. */
  @Override
  public void close() {
    pieces = new byte[0][];
  }
}
