package io.waybill.server.upload;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A signed request for one part: a capability, so it has no readable {@link #toString}.
 *
 * @param number the part's number
 * @param method the HTTP method
 * @param url complete with the signature
 * @param headers all that must be sent beside Host and Content-Length, names in lower case
 * @param offsetBytes where the part begins in the file
 * @param sizeBytes how many bytes it has
 * @param expireTime when the signature ends
 * @param reportHeaders which response headers to report
 */
public record SignedPart(
    int number,
    String method,
    String url,
    Map<String, String> headers,
    long offsetBytes,
    long sizeBytes,
    Instant expireTime,
    List<String> reportHeaders) {

  public SignedPart {
    headers = headers.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(headers));
    reportHeaders = List.copyOf(reportHeaders);
  }

  /** About how many bytes it takes in a reply. */
  public int weightBytes() {
    int weight = url.length() + 96;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      weight += header.getKey().length() + header.getValue().length() + 6;
    }
    for (String header : reportHeaders) {
      weight += header.length() + 2;
    }
    return weight;
  }

  @Override
  public String toString() {
    return "SignedPart " + number;
  }
}
