package io.waybill.server.upload;

/** Where an upload stands. The edges between the states are drawn in {@link Progress}. */
public enum UploadState {
  CREATING,
  ACTIVE,
  COMPLETING,
  COMPLETED,
  ABORTED,
  EXPIRED,
  FAILED;

  /** Whether nothing leads out of this state. */
  public boolean isTerminal() {
    return this == COMPLETED || isDead();
  }

  /** Whether the upload ended without an object, so that S3 has to be cleaned of it. */
  public boolean isDead() {
    return this == ABORTED || this == EXPIRED || this == FAILED;
  }
}
