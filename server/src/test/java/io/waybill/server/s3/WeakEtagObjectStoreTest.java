package io.waybill.server.s3;

import io.waybill.server.s3.fake.KnownStore;
import java.io.IOException;
import java.util.Set;

/** The contract behind a proxy that weakens ETags (FAULTS 7). */
class WeakEtagObjectStoreTest extends KnownStoreContract {
  WeakEtagObjectStoreTest() throws IOException {
    super(KnownStore.WEAK_ETAG, Set.of());
  }
}
