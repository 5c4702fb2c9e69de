package io.waybill.server.s3;

/** What an S3-compatible server lets pass, or leaves out, where Amazon's does not. */
enum Leniency {
  /** Amazon returns at most as many parts as asked for. */
  PARTS_WITHOUT_PAGES,
  /** Amazon answers 404 to ListParts of an upload that was aborted; this one an empty list. */
  LISTS_UNKNOWN_UPLOADS,
  /** Amazon lists each part with the checksum that was declared. */
  LISTS_NO_CHECKSUMS,
  /** Amazon answers 404 to a part of an upload that was aborted or completed. */
  TAKES_PARTS_OF_UNKNOWN_UPLOADS,
  /** Amazon answers 404 to a part after Complete; here other bytes break the object (Swift). */
  LATE_PARTS_BREAK_OBJECTS,
  /** Amazon wants the manifest in ascending order; this one sorts it. */
  PARTS_IN_ANY_ORDER,
  /** Amazon compares {@code x-amz-mp-object-size} with the sum of the parts. */
  IGNORES_OBJECT_SIZE,
  /** Amazon wants a declared checksum repeated for each part of the manifest, and verifies it. */
  BELIEVES_MANIFEST_CHECKSUMS,
  /** Amazon wants the declared checksum with every part, and no other. */
  UNDECLARED_CHECKSUMS,
  /** Amazon shows an object's checksum to HEAD. */
  SHOWS_NO_CHECKSUMS,
  /** Amazon answers 404 to a Complete of an upload that was aborted; this one a 500. */
  COMPLETE_OF_UNKNOWN_UPLOADS_BREAKS,
  /** Amazon answers a repeated Complete as it did the first. */
  REPEATED_COMPLETE_IN_DOUBT,
  /** Amazon deletes on the condition of an ETag. */
  REFUSES_CONDITIONAL_DELETES,
  /** The same, where the object was made of parts. */
  REFUSES_CONDITIONAL_DELETES_OF_PARTS,
  /** Amazon keeps tags of objects; this one does not implement them. */
  HAS_NO_TAGS,
  /** Amazon refuses an {@code x-amz-} header that the signature does not cover. */
  UNSIGNED_HEADERS
}
