package io.waybill.server.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chart of letters, in which the largest value is forty wide. */
final class Bars {
  private static final int WIDTH = 40;

  private record Bar(String label, double value) {}

  private final List<Bar> bars = new ArrayList<>();

  Bars add(String label, double value) {
    bars.add(new Bar(label, value));
    return this;
  }

  List<String> lines() {
    double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
    return bars.stream().map(bar -> line(bar, most)).toList();
  }

  private static String line(Bar bar, double most) {
    int halves = (int) Math.max(1, Math.round(bar.value / most * WIDTH * 2));
    String drawn = "█".repeat(halves / 2) + "▌".repeat(halves % 2);
    return String.format(Locale.ROOT, "%-24s %s %,.0f", bar.label, drawn, bar.value);
  }
}
