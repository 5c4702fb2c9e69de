package io.waybill.server.s3;

import java.time.Duration;

/**
 * How long the clients wait for S3.
 *
 * @param connect for a connection
 * @param acquire for a connection of the pool to be free
 * @param socket for the next byte of a short request
 * @param call a short request with all its retries
 * @param completeSocket for the next byte of a Complete, which can take minutes without one
 *     (PROTOCOL rule 7)
 * @param complete a Complete as a whole, since S3 keeps the connection alive with spaces. Below
 *     {@code Timing.completeGrace}, after which an attempt counts as settled
 * @param retryDelay the most before the first retry; it doubles with each
 * @param throttledRetryDelay the same where S3 asked to go slower
 */
record S3Timeouts(
    Duration connect,
    Duration acquire,
    Duration socket,
    Duration call,
    Duration completeSocket,
    Duration complete,
    Duration retryDelay,
    Duration throttledRetryDelay) {

  /** The delays are those of the SDK's standard mode. */
  static final S3Timeouts DEFAULT =
      new S3Timeouts(
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(45),
          Duration.ofMinutes(10),
          Duration.ofMinutes(11),
          Duration.ofMillis(100),
          Duration.ofSeconds(1));
}
