package io.waybill.server.planted;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the tests of one class in this process: exit code 0 if all pass, 3 if any does not. */
final class TestRun {
  static final int GREEN = 0;
  static final int RED = 3;
  static final int NOTHING_RAN = 4;

  private TestRun() {}

  public static void main(String[] args) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(args[0])).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    if (listener.getSummary().getTestsFoundCount() == 0) {
      System.exit(NOTHING_RAN);
    }
    System.exit(listener.getSummary().getTotalFailureCount() == 0 ? GREEN : RED);
  }
}
