package io.waybill.server.hostile;

import java.util.ArrayList;
import java.util.List;

/** Texts that somebody has tried somewhere, by what they try. */
final class Words {
  static final List<String> CONTROL =
      List.of(
          "a\0b",
          "\0",
          "a\nb",
          "\r",
          "\t",
          "a\r\nx-amz-acl: public-read",
          "a\r\n\r\nHTTP/1.1 200 OK",
          "\u001b[2J",
          "\u0001",
          "a\u007f",
          "a\u0085b");

  /** Legal Unicode that is no text, or that reads as something else. */
  static final List<String> UNICODE =
      List.of(
          "\u202Egpj.exe",
          "a\u202Ab",
          "\u2066a",
          "a\u2069",
          "a\u2028b",
          "a\u2029b",
          "\uFFFE",
          "\uFFFF",
          "\uFDD0",
          "\uDBFF\uDFFF");

  static final List<String> SQL =
      List.of(
          "' OR '1'='1",
          "'; DROP TABLE upload; --",
          "1 UNION SELECT * FROM upload",
          "\" OR \"\"=\"",
          "') OR 1=1 --",
          "%",
          "1; PRAGMA writable_schema=1",
          "x' || (SELECT request_id FROM upload) || '",
          "'/**/OR/**/1=1#",
          "\\'; ATTACH DATABASE 'x' AS y; --");

  /** What no path may have between two slashes. */
  static final List<String> TRAVERSAL =
      List.of(
          "..",
          ".",
          "../x",
          "a/../b",
          "./a",
          "a/./b",
          "a//b",
          "/etc/passwd",
          "a/",
          "/",
          "//",
          "a/..");

  static final List<String> WINDOWS = List.of("..\\..\\x", "C:\\x", "\\\\host\\share", "a\\b");

  static final List<String> INJECTED =
      List.of(
          "${jndi:ldap://127.0.0.1/x}",
          "{{7*7}}",
          "%s%s%s%n",
          "$(reboot)",
          "`id`",
          "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
          "{\"$gt\":\"\"}",
          "%2e%2e%2f",
          "null",
          "undefined",
          "-1",
          "NaN");

  /** Beyond every limit; the last is what a normaliser takes minutes for. */
  static final List<String> LONG =
      List.of(
          "x".repeat(2_000),
          "日".repeat(400),
          "x".repeat(100_000),
          "a" + "\u0301".repeat(100_000) + "\u0316".repeat(100_000));

  private Words() {}

  @SafeVarargs
  static List<String> all(List<String>... lists) {
    List<String> all = new ArrayList<>();
    for (List<String> list : lists) {
      all.addAll(list);
    }
    return List.copyOf(all);
  }

  static List<String> after(String prefix, List<String> words) {
    return words.stream().map(word -> prefix + word).toList();
  }
}
