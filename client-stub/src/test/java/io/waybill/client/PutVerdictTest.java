package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PutVerdictTest {

  @ParameterizedTest
  @CsvSource({
    "200, '', false, STORED",
    "204, '', false, STORED",
    "301, PermanentRedirect, false, REFUSED",
    "400, BadDigest, false, HASH_AGAIN",
    "400, XAmzContentChecksumMismatch, false, HASH_AGAIN",
    "400, RequestTimeout, false, AGAIN",
    "400, IncompleteBody, false, AGAIN",
    "400, ExpiredToken, false, SIGN_AGAIN",
    "400, EntityTooLarge, false, REFUSED",
    "403, AccessDenied, true, REFUSED",
    "403, AccessDenied, false, SIGN_AGAIN",
    "403, SignatureDoesNotMatch, true, REFUSED",
    "403, '', false, SIGN_AGAIN",
    "404, NoSuchUpload, false, COMPLETE",
    "404, NoSuchBucket, false, REFUSED",
    "408, '', false, AGAIN",
    "409, ConditionalRequestConflict, false, AGAIN",
    "412, PreconditionFailed, false, COMPLETE",
    "413, '', false, REFUSED",
    "429, '', false, AGAIN",
    "500, InternalError, false, AGAIN",
    "503, SlowDown, false, AGAIN",
  })
  void judges(int status, String code, boolean fresh, PutVerdict verdict) {
    assertThat(PutVerdict.of(reply(status, code, "no"), fresh)).isEqualTo(verdict);
  }

  private static PutReply reply(int status, String code, String message) {
    return new PutReply(
        status,
        HttpHeaders.of(Map.of(), (name, value) -> true),
        "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>");
  }
}
