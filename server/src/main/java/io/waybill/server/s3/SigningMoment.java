package io.waybill.server.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * What all signatures of one second share.
 *
 * @param epochSecond which second
 * @param date the same as signatures write it: {@code 20130524T000000Z}
 * @param identity who signs
 * @param askedMillis when the credentials were asked for
 */
record SigningMoment(long epochSecond, String date, SigningIdentity identity, long askedMillis) {
  /** How long credentials are believed before they are asked for again, so that they may rotate. */
  static final Duration BELIEVED = Duration.ofSeconds(1);

  /** Who finds them this much younger has the time to sign without asking: that may block. */
  private static final Duration ENOUGH = Duration.ofMillis(100);

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** With credentials that were asked for just now. */
  static SigningMoment of(long millis, SigningIdentity identity) {
    return of(Math.floorDiv(millis, 1000), identity, millis);
  }

  private static SigningMoment of(long epochSecond, SigningIdentity identity, long askedMillis) {
    String date = DATE.format(Instant.ofEpochSecond(epochSecond));
    return new SigningMoment(epochSecond, date, identity, askedMillis);
  }

  /** Whether the credentials need not be asked for again. */
  boolean isBelievedAt(long millis) {
    return isYounger(millis, BELIEVED);
  }

  /** Whether whoever signs now will surely not have to ask for credentials. */
  boolean isReadyAt(long millis) {
    return isYounger(millis, BELIEVED.minus(ENOUGH));
  }

  private boolean isYounger(long millis, Duration than) {
    long age = millis - askedMillis;
    return age >= 0 && age < than.toMillis();
  }

  /** The same credentials in the second that is given; this, where that is the same too. */
  SigningMoment at(long millis) {
    long second = Math.floorDiv(millis, 1000);
    return second == epochSecond ? this : of(second, identity, askedMillis);
  }

  /** {@code 20130524}. */
  String day() {
    return date.substring(0, 8);
  }
}
