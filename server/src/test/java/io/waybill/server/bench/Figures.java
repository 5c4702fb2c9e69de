package io.waybill.server.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came out of a run: the figures, and remarks for whoever reads them. */
final class Figures {
  private final Map<Figure, Double> values = new EnumMap<>(Figure.class);
  private final List<String> notes = new ArrayList<>();

  /** A figure's value: finite and above zero, and once only. */
  void put(Figure figure, double value) {
    if (!Double.isFinite(value) || value <= 0) {
      throw new AssertionError(figure.label() + " came out as " + value);
    }
    if (values.put(figure, value) != null) {
      throw new AssertionError(figure.label() + " came out twice");
    }
  }

  /**
   * A line that goes under the table: the numbers a ratio is made of, what was left out and why.
   */
  void note(String line) {
    notes.add(line);
  }

  Map<Figure, Double> values() {
    return Map.copyOf(values);
  }

  void print(PrintStream out) {
    out.printf("%n%-34s %9s %8s     %s%n", "figure", "value", "wanted", "what");
    values.forEach(
        (figure, value) ->
            out.printf(
                "%-34s %9s %8s %s %s%n",
                figure.label(),
                shown(value),
                figure.wanted(),
                figure.isReachedBy(value) ? "   " : "(!)",
                figure.what));
    out.println();
    notes.forEach(note -> out.println("  " + note));
    out.println();
    values.forEach((figure, value) -> out.println("bench " + figure.label() + " " + shown(value)));
  }

  private static String shown(double value) {
    return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.3f", value);
  }
}
