package io.waybill.server.secrets;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a secret looks like in a line of text. */
final class Leaks {
  /** The one token that is meant to be read: waybill-dev prints it, to be pasted. */
  private static final Pattern MEANT = Pattern.compile("export WAYBILL_TOKEN=\\S+");

  private static final Map<String, Pattern> PATTERNS = new LinkedHashMap<>();

  static {
    add("a URL's signature", "X-Amz-Signature(=|%3D)[0-9a-f]{16}");
    add("a session token", "X-Amz-Security-Token(=|%3D)\\S{8}");
    add("a URL's credential", "X-Amz-Credential(=|%3D)\\S{4}");
    add("a signed header", "AWS4-HMAC-SHA256 Credential=");
    add("a bearer token", "eyJ[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]{8,}");
    add("an access key", "\\b(AKIA|ASIA)[0-9A-Z]{16}\\b");
    add("a private key", "-----BEGIN [A-Z ]*PRIVATE KEY-----");
    add("a database's password", "s3cr3t-of-");
    // Of the tests' own S3 stores: TestS3, HostileServer, DevStack, and Amazon's example.
    add("a secret key", "e2e-secret|hostile-secret-key|waybill-dev-secret|wJalrXUtnFEMI");
  }

  private Leaks() {}

  private static void add(String name, String pattern) {
    PATTERNS.put(name, Pattern.compile(pattern));
  }

  /** What leaks in a line, by name; the secret itself is not repeated. */
  static List<String> in(String line) {
    String rest = MEANT.matcher(line).replaceAll("");
    List<String> found = new ArrayList<>();
    PATTERNS.forEach(
        (name, pattern) -> {
          Matcher match = pattern.matcher(rest);
          if (match.find()) {
            int from = Math.max(0, match.start() - 40);
            found.add(name + " after \"" + rest.substring(from, match.start()) + '"');
          }
        });
    return found;
  }
}
