package io.waybill.server.bench;

/** One measurement, which brings one figure or several that come of the same rounds. */
interface Benchmark {

  /** What {@code -Dbench.only} calls it, in lower case. */
  String name();

  /**
   * Measures. What it starts it stops, what it builds in {@link Settings#fixtures} it leaves there.
   *
   * @throws AssertionError where the work that was timed was not done
   */
  void run(Settings settings, Figures figures) throws Exception;
}
