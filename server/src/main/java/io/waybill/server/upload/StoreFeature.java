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
  /** {@code If-Match} on DELETE is honoured, for objects that were made of parts, too. */
  CONDITIONAL_DELETES,
  /** The beginning of an object can be read, on the condition of its ETag. */
  RANGED_READS,
  /** Objects can have tags. */
  OBJECT_TAGS
}
