package io.waybill.server.sim;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Decides which faults strike, and counts those that did. */
final class Weather {
  private final SplittableRandom random;
  private final Map<Fault, Long> fired = new EnumMap<>(Fault.class);
  private final double rate;
  private boolean calm;

  Weather(SplittableRandom random) {
    this.random = random;
    double[] rates = {0.02, 0.08, 0.15, 0.25, 0.35};
    rate = rates[random.nextInt(rates.length)];
  }

  /** From now on nothing goes wrong by itself. */
  void calm() {
    calm = true;
  }

  boolean isCalm() {
    return calm;
  }

  /** Whether it strikes here and now; then it is counted. */
  boolean strikes(Fault fault) {
    return strikes(fault, 1);
  }

  /**
   * The same for what is rarer or commoner than others.
   *
   * @param weight 1 for the schedule's rate
   */
  boolean strikes(Fault fault, double weight) {
    if (calm || random.nextDouble() >= rate * weight) {
      return false;
    }
    count(fault);
    return true;
  }

  /** It happened. */
  void count(Fault fault) {
    fired.merge(fault, 1L, Long::sum);
  }

  long fired(Fault fault) {
    return fired.getOrDefault(fault, 0L);
  }
}
