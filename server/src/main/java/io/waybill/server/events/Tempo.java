package io.waybill.server.events;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a consumer waits.
 *
 * @param poll for messages, where there are none; whole seconds
 * @param patience for what comes of a message; what was begun goes on
 * @param again until a message that failed comes again; doubles with each time it came
 * @param mostAgain the most that grows to
 * @param away until a queue that is away is asked again; doubles with each time
 * @param mostAway the most that grows to
 * @param grace for what is worked on when it stops
 */
record Tempo(
    Duration poll,
    Duration patience,
    Duration again,
    Duration mostAgain,
    Duration away,
    Duration mostAway,
    Duration grace) {

  static final Tempo DEFAULT =
      new Tempo(
          SqsQueue.MAX_WAIT,
          EventHandler.PATIENCE,
          Duration.ofSeconds(10),
          Duration.ofMinutes(15),
          Duration.ofSeconds(1),
          Duration.ofMinutes(1),
          Duration.ofSeconds(10));

  /**
   * After which a message comes again.
   *
   * @param receiveCount how often it has come, from 1
   */
  Duration againAfter(int receiveCount) {
    return doubled(again, receiveCount - 1, mostAgain);
  }

  /**
   * After which a queue is asked again: anything up to the limit, so that replicas do not all come
   * at once when it is back.
   *
   * @param failures how often it was asked in vain, from 1
   */
  Duration awayFor(int failures, RandomGenerator random) {
    long most = doubled(away, failures - 1, mostAway).toMillis();
    return Duration.ofMillis(most / 2 + random.nextLong(most / 2 + 1));
  }

  private static Duration doubled(Duration first, int times, Duration most) {
    Duration grown = first.multipliedBy(1L << Math.max(0, Math.min(times, 20)));
    return grown.compareTo(most) > 0 ? most : grown;
  }
}
