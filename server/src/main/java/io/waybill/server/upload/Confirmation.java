package io.waybill.server.upload;

/** What came of somebody's word that an object was created. */
public enum Confirmation {
  /** No session of ours has this bucket and key. */
  UNKNOWN,
  /** Its session waits for no such word: it has ended, or its destination leaves it to a caller. */
  NOTHING_TO_DO,
  /** The session is COMPLETED now. */
  COMPLETED,
  /** S3 was asked, and does not bear it out. */
  NOT_CONFIRMED,
  /** Another server completes it. Should that one die, the sweeper takes over. */
  UNDER_WAY,
  /** S3 or the database gave no clear answer: whoever said it should say it again. */
  LATER
}
