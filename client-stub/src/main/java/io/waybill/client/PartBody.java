package io.waybill.client;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one part. They can be read as often as needed, until closed. */
interface PartBody extends Closeable {

  /** How many bytes there are, 0 to 5 GiB. */
  long sizeBytes();

  /**
   * Fills the buffer with the bytes from {@code position} on, or with all there are from there.
   *
   * @throws IOException if they cannot be read, or are no longer there
   */
  void read(ByteBuffer buffer, long position) throws IOException;
}
