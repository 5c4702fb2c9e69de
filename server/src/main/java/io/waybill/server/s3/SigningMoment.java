package io.waybill.server.s3;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * What all signatures of one second share.
 *
 * @param epochSecond which second
 * @param date the same as signatures write it: {@code 20130524T000000Z}
 * @param identity who signs
 */
record SigningMoment(long epochSecond, String date, SigningIdentity identity) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  static SigningMoment of(long epochSecond, SigningIdentity identity) {
    return new SigningMoment(
        epochSecond, DATE.format(Instant.ofEpochSecond(epochSecond)), identity);
  }

  /** {@code 20130524}. */
  String day() {
    return date.substring(0, 8);
  }
}
