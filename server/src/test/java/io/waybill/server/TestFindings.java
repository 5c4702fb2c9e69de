package io.waybill.server;

import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.TestFeatures;
import java.io.IOException;

/** What a server finds in its database when it starts. */
public final class TestFindings {
  private TestFindings() {}

  /** As if earlier checks had found every destination's store to be as Amazon's. */
  public static void rememberAws(ServerConfig config) throws IOException {
    try (JdbiUploadStore store = config.database().open(Runnable::run)) {
      for (DestinationConfig each : config.destinations()) {
        store.saveFindings(each.policy().name(), each.leadingToTheStore(), TestFeatures.ALL);
      }
    }
  }
}
