package io.waybill.server.upload;

/**
 * In what S3-compatible stores differ, as far as uploads are planned by it. The names are kept in
 * databases: none is ever given another meaning.
 */
public enum StoreFeature {
  /** {@code If-None-Match: *} on PUT is honoured, so that a late single PUT replaces nothing. */
  CONDITIONAL_PUTS,
  /** After Complete, other bytes sent to a part's URL leave the finished object as it is. */
  PART_URLS_END,
  /**
   * One object alone can be deleted at a key, and no other in its place: by its version, or since
   * {@code If-Match} on DELETE is honoured, for objects that were made of parts, too.
   */
  CONDITIONAL_DELETES,
  /** The beginning of an object can be read, on the condition of its ETag. */
  RANGED_READS,
  /** Objects can have tags. */
  OBJECT_TAGS,
  /**
   * Other bytes than those of the checksum that is signed into a part's URL are refused, after
   * Complete, too. Only known of stores without {@link #PART_URLS_END}.
   */
  PART_CHECKSUMS_BIND
}
