package io.waybill.client;

import java.nio.ByteBuffer;

/** A part held in memory. */
final class MemoryBody implements PartBody {

  private final byte[] bytes;

  MemoryBody(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long sizeBytes() {
    return bytes.length;
  }

  @Override
  public void read(ByteBuffer buffer, long position) {
    int from = (int) position;
    buffer.put(bytes, from, Math.min(buffer.remaining(), bytes.length - from));
  }

  @Override
  public void close() {}
}
