package io.waybill.server;

import java.util.HashSet;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Counts the fuzz targets in which nothing was found: see {@link ClosingLines}. */
public final class FuzzTargets implements TestExecutionListener {
  private static final String TAG = "jazzer";
  private static final String WHAT =
      System.getenv("JAZZER_FUZZ") == null ? "fuzz targets_by_seeds_alone" : "fuzz targets";

  private final Set<String> failed = new HashSet<>();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.getTags().stream().noneMatch(tag -> tag.getName().equals(TAG))) {
      return;
    }
    boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    if (!passed) {
      test.getParentId().ifPresent(failed::add);
    }
    if (test.isContainer() && passed && !failed.contains(test.getUniqueId())) {
      ClosingLines.count(WHAT);
    }
  }
}
