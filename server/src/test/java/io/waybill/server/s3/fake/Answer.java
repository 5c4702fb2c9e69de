package io.waybill.server.s3.fake;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What goes back over the wire.
 *
 * @param status the HTTP status; 0 to drop the connection without a word
 * @param headers beside Content-Length
 * @param body empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Answer(int status, Map<String, String> headers, byte[] body) {

  /** The connection breaks before the client learns anything. */
  public static final Answer TORN = new Answer(0, Map.of(), new byte[0]);

  public static Answer of(int status, Map<String, String> headers) {
    return new Answer(status, headers, new byte[0]);
  }

  public static Answer xml(int status, Xml xml) {
    return xml(status, xml.toString());
  }

  /** Any text as XML, well-formed or not. */
  public static Answer xml(int status, String xml) {
    return new Answer(
        status, Map.of("Content-Type", "application/xml"), xml.getBytes(StandardCharsets.UTF_8));
  }

  Answer with(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(headers);
    all.putAll(more);
    return new Answer(status, all, body);
  }
}
