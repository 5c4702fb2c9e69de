package io.waybill.server.upload;

import io.waybill.server.sql.UploadStoreContract;
import java.time.Clock;

/** The fake keeps the contract that it stands in for. */
class InMemoryUploadStoreTest extends UploadStoreContract {
  @Override
  protected UploadStore newStore(Clock clock) {
    return new InMemoryUploadStore(clock);
  }
}
