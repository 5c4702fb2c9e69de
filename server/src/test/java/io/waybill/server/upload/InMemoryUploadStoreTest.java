package io.waybill.server.upload;

import io.waybill.server.sql.UploadStoreContract;
import java.time.Clock;

/** The fake that other tests rely on keeps the same contract as the databases. */
class InMemoryUploadStoreTest extends UploadStoreContract {
  @Override
  protected UploadStore newStore(Clock clock) {
    return new InMemoryUploadStore(clock);
  }
}
