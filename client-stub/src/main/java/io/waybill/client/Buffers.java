package io.waybill.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Buffers outside the heap, which files and sockets read and write without a copy, lent to one
 * thread at a time. As many are kept as were ever lent at once; nobody but the collector frees
 * them, and it takes its time.
 */
final class Buffers {

  /** Fits a core's second-level cache, so that what was read is still there when it is used. */
  static final int SIZE_BYTES = 128 << 10;

  private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  /** What is done with a buffer, which is empty at first. */
  interface Use<T> {
    T with(ByteBuffer buffer) throws IOException, InterruptedException;
  }

  <T> T lend(Use<T> use) throws IOException, InterruptedException {
    ByteBuffer kept = free.poll();
    ByteBuffer buffer = kept == null ? ByteBuffer.allocateDirect(SIZE_BYTES) : kept.clear();
    try {
      return use.with(buffer);
    } finally {
      free.add(buffer);
    }
  }
}
