package io.waybill.server.upload;

import java.time.Duration;

/**
 * How long things may take.
 *
 * @param createLease how long a start may work on its S3 upload before another takes over
 * @param createWait how long a repeated start waits for the first one
 * @param completeLease how long a completion may go without a sign of life ({@link Leases})
 * @param completeGrace after this a Complete attempt cannot take effect any more; above the S3
 *     client's own timeout
 * @param putGrace how long a PUT that began before its URL's end may go on
 * @param orphanAge how old an unfinished upload without a session has to be before it is aborted:
 *     beyond the life of any session, also of another Waybill that shares the bucket
 * @param cleanRetry after which cleaning that failed is tried again
 */
public record Timing(
    Duration createLease,
    Duration createWait,
    Duration completeLease,
    Duration completeGrace,
    Duration putGrace,
    Duration orphanAge,
    Duration cleanRetry) {

  public static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(15),
          Duration.ofHours(24),
          Duration.ofDays(7),
          Duration.ofMinutes(1));

  /** With what the configuration says. */
  public Timing with(Duration newPutGrace, Duration newOrphanAge) {
    return new Timing(
        createLease,
        createWait,
        completeLease,
        completeGrace,
        newPutGrace,
        newOrphanAge,
        cleanRetry);
  }
}
