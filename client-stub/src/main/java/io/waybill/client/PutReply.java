package io.waybill.client;

import java.net.http.HttpHeaders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What S3 answered to a PUT.
 *
 * @param status the HTTP status
 * @param headers all headers
 * @param body the first few KiB of the body; XML, when S3 has something to complain of
 */
record PutReply(int status, HttpHeaders headers, String body) {

  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9._-]{1,64})</Code>");

  /** S3's error code, or "" where there is none. */
  String code() {
    Matcher code = CODE.matcher(body);
    return code.find() ? code.group(1) : "";
  }

  @Override
  public String toString() {
    return describe();
  }

  /** The answer in words that are safe to log: nothing of the URL, of headers, or of the body. */
  String describe() {
    return "HTTP " + status + (code().isEmpty() ? "" : " " + code());
  }
}
