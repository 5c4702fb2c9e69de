package io.waybill.server.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The keys that tokens are verified with. Never blocks. */
interface SigningKeys {

  /**
   * The keys that may have signed under this header; none where there is no such key.
   *
   * @throws io.waybill.server.upload.UploadException AUTHENTICATION_UNAVAILABLE, with RetryInfo,
   *     where it will be known in a moment
   */
  List<JWSVerifier> find(JWSHeader header);

  /** Done once there are keys at all. */
  CompletableFuture<Void> there();
}
