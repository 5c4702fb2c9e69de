package io.waybill.client;

import java.io.Closeable;
import java.io.IOException;

/** Where the bytes of an upload come from. */
interface PartSource extends Closeable {

  /** How many bytes there are in all. */
  long sizeBytes();

  /** How many parts may be prepared or reported while as many as allowed are sent; 0 or more. */
  int partsAhead();

  /** Whether parts can be had again, in any order; else each is there once, in ascending order. */
  boolean isRepeatable();

  /**
   * The bytes of one part. Called for ascending offsets within a pass, by one thread at a time.
   *
   * @throws UploadFailedException if the source has been read beyond that offset already
   */
  PartBody part(long offset, long sizeBytes) throws IOException;

  /**
   * Called when all parts were sent and nothing is completed yet.
   *
   * @return false if the source may have changed since the upload began, or since the last call:
   *     only its bytes can tell, and are now read as they are by then
   * @throws UploadFailedException if it has changed
   */
  boolean isUnchanged() throws IOException;
}
