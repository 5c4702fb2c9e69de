package io.waybill.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.ClosingLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The long form: {@code mvn -q -Pchaos verify}. */
@EnabledIfSystemProperty(named = "waybill.chaos.schedules", matches = "\\d+")
class SimulatorChaosTest {
  private final Simulations simulations = new Simulations();

  @Test
  void theInvariantsHoldInEverySchedule() throws InterruptedException {
    long schedules = Long.getLong("waybill.chaos.schedules");
    long began = System.nanoTime();

    simulations.run(Long.getLong("waybill.chaos.seed", 1_000_000L), schedules);

    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.print(simulations.table());
    System.out.printf("%.0f schedules/s, %d steps%n", schedules / seconds, simulations.steps());
    System.out.print(simulations.failures());
    assertThat(simulations.violations()).isEmpty();
    for (Fault fault : Fault.values()) {
      assertThat(simulations.fired(fault)).as(fault.name()).isPositive();
    }
    ClosingLines.add(simulations.line());
  }
}
