package io.waybill.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.ClosingLines;
import org.junit.jupiter.api.Test;

public class SimulatorTest {
  private static final long SCHEDULES = 2_000;

  private final Simulations simulations = new Simulations();

  /** With {@code -Dwaybill.sim.seed=N} that schedule alone, with its trace. */
  @Test
  void theInvariantsHoldInEverySchedule() throws InterruptedException {
    Long seed = Long.getLong("waybill.sim.seed");
    if (seed == null) {
      simulations.run(1, SCHEDULES);
    } else {
      simulations.replay(seed).forEach(System.out::println);
    }

    assertThat(simulations.violations()).as(simulations.failures()).isEmpty();
    if (seed == null && System.getProperty("waybill.chaos.schedules") == null) {
      ClosingLines.add(simulations.line());
    }
  }

  @Test
  void oneSeedIsOneSchedule() throws InterruptedException {
    for (long seed = 1; seed <= 20; seed++) {
      assertThat(simulations.replay(seed)).isEqualTo(simulations.replay(seed));
    }
  }
}
