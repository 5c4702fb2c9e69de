package io.waybill.server.hostile;

import java.util.ArrayList;
import java.util.List;

/** What becomes of a genuine page token in the wrong hands. */
final class Forgeries {
  private Forgeries() {}

  /** Every character changed, every length but its own, and something at either end. */
  static List<String> of(String genuine) {
    List<String> forged = new ArrayList<>();
    // The last character's low bits are no part of the token.
    for (int i = 0; i < genuine.length() - 1; i++) {
      char other = genuine.charAt(i) == 'A' ? 'B' : 'A';
      forged.add(genuine.substring(0, i) + other + genuine.substring(i + 1));
    }
    for (int i = 1; i < genuine.length(); i++) {
      forged.add(genuine.substring(0, i));
      forged.add(genuine.substring(i));
    }
    forged.add("A" + genuine);
    forged.add(genuine + "A");
    forged.add(genuine + genuine);
    forged.add(genuine + "\n");
    return forged;
  }
}
