package io.waybill.server.s3;

import io.waybill.server.s3.fake.KnownStore;
import java.io.IOException;
import java.util.Set;

/** The contract with all of Amazon's strictness. */
public class FakeAwsObjectStoreTest extends KnownStoreContract {
  public FakeAwsObjectStoreTest() throws IOException {
    super(KnownStore.AWS, Set.of());
  }
}
