package io.waybill.client;

import java.util.Set;

/** What to do after an answer to a PUT. */
enum PutVerdict {
  /** S3 has the part. */
  STORED,
  /** A passing trouble: send again. */
  AGAIN,
  /** The signature has ended, or may have: sign, and send again. */
  SIGN_AGAIN,
  /** The bytes were not those of the checksum: see whether they still are, and send again. */
  HASH_AGAIN,
  /** An object stands there, or the multipart upload is gone: Complete tells which. */
  COMPLETE,
  /** Nothing that trying again would help. */
  REFUSED;

  private static final Set<String> ENDED = Set.of("ExpiredToken", "TokenRefreshRequired");
  private static final Set<String> OTHER_BYTES =
      Set.of("BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch");
  // Ceph says NoSuchKey.
  private static final Set<String> GONE = Set.of("NoSuchUpload", "NoSuchKey");
  private static final Set<String> CUT_OFF = Set.of("RequestTimeout", "IncompleteBody");

  /**
   * Judges an answer.
   *
   * <p>Stores and proxies have many words for a signature that has ended, and clocks differ. So no
   * 403 is believed before a URL that was signed for the very attempt has met with it too.
   *
   * @param fresh whether the URL was signed just before it was used
   */
  static PutVerdict of(PutReply reply, boolean fresh) {
    int status = reply.status();
    if (status >= 200 && status < 300) {
      return STORED;
    }
    String code = reply.code();
    if (ENDED.contains(code)) {
      return SIGN_AGAIN;
    }
    return switch (status) {
      case 400 ->
          OTHER_BYTES.contains(code) ? HASH_AGAIN : CUT_OFF.contains(code) ? AGAIN : REFUSED;
      case 403 -> fresh ? REFUSED : SIGN_AGAIN;
      case 404 -> GONE.contains(code) ? COMPLETE : REFUSED;
      case 412 -> COMPLETE;
      // 409 is S3's ConditionalRequestConflict: another conditional write was under way.
      case 408, 409, 429 -> AGAIN;
      default -> status >= 500 ? AGAIN : REFUSED;
    };
  }
}
