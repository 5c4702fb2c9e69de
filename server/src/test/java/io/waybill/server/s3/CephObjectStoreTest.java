package io.waybill.server.s3;

import io.waybill.server.s3.fake.KnownStore;
import java.io.IOException;
import java.util.Set;

public class CephObjectStoreTest extends KnownStoreContract {
  public CephObjectStoreTest() throws IOException {
    super(
        KnownStore.CEPH,
        Set.of(Leniency.COMPLETE_OF_UNKNOWN_UPLOADS_BREAKS, Leniency.REPEATED_COMPLETE_IN_DOUBT));
  }
}
