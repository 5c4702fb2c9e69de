package io.waybill.server.sim;

import java.util.ArrayList;
import java.util.List;

/** All URLs ever signed: whoever had one may still use it. */
final class Urls {
  private final List<Url> all = new ArrayList<>();

  /** Its text. */
  String add(Url url) {
    all.add(url);
    return String.valueOf(all.size() - 1);
  }

  Url read(String text) {
    return all.get(Integer.parseInt(text));
  }

  List<Url> all() {
    return all;
  }
}
