package io.waybill.server;

/** What S3 is asked on behalf of a destination before the server calls itself ready. */
public enum StartupCheck {
  /** All that Waybill needs, and, for a warning, some of what it does not. */
  ON,
  /** All that Waybill needs. */
  NEEDS,
  /** Nothing: of the store is known what an earlier check has found, if there was one. */
  OFF
}
