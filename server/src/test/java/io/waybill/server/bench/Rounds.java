package io.waybill.server.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Rounds of several loads by turns, so that whatever else the machine does meets all of them. */
final class Rounds {
  private final List<Load<?, ?>> loads;
  private final List<List<Load.Round>> rounds = new ArrayList<>();

  private Rounds(List<Load<?, ?>> loads) {
    this.loads = loads;
    loads.forEach(load -> rounds.add(new ArrayList<>()));
  }

  static Rounds run(Settings settings, Load<?, ?>... loads) throws InterruptedException {
    return run(settings, settings.rounds(), settings.slice(), loads);
  }

  /** With rounds of another number and length. */
  static Rounds run(Settings settings, int rounds, Duration slice, Load<?, ?>... loads)
      throws InterruptedException {
    Rounds all = new Rounds(List.of(loads));
    for (Load<?, ?> load : loads) {
      load.run(settings.warmUp());
    }
    for (int i = 0; i < rounds; i++) {
      all.turn(slice);
    }
    return all;
  }

  private void turn(Duration slice) throws InterruptedException {
    for (int i = 0; i < loads.size(); i++) {
      rounds.get(i).add(loads.get(i).run(slice));
    }
  }

  /** The median of one load's rounds. */
  double median(Load<?, ?> load, ToDoubleFunction<Load.Round> value) {
    return median(rounds.get(loads.indexOf(load)).stream().mapToDouble(value).toArray());
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
