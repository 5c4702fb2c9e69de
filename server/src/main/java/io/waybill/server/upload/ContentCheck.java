package io.waybill.server.upload;

/** What a destination does about content that contradicts its declared type. */
public enum ContentCheck {
  /** The content is not looked at. */
  OFF,
  /** The upload fails, and its object is deleted. */
  REJECT,
  /**
   * The object gets a tag, and the upload is completed. Where the store has no tags it fails, as
   * with REJECT; where S3 refuses the tag otherwise it waits, and fails when its session ends.
   */
  TAG
}
