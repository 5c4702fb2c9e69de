package io.waybill.server.events;

/** What is to become of a message. */
enum Verdict {
  /** Whatever it was, it is dealt with. */
  DONE,
  /** It shall come again: S3 or the database gave no clear answer. */
  AGAIN,
  /** It is none of S3's. */
  UNREADABLE
}
