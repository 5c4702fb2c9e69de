package io.waybill.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether what is sent to a gRPC target stays on this machine, told by its name alone: what DNS
 * says of another name may change between the look and the call.
 */
final class LoopbackTarget {
  private static final Pattern DNS = Pattern.compile("(?:dns:(?:///)?)?(?<host>[^/]+?)(?::\\d+)?");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

  private LoopbackTarget() {}

  static boolean is(String target) {
    if (target.startsWith("unix:")) {
      return true;
    }
    Matcher dns = DNS.matcher(target);
    return dns.matches() && LOOPBACK.matcher(dns.group("host")).matches();
  }
}
