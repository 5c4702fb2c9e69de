package io.waybill.server.s3;

import io.waybill.server.s3.fake.KnownStore;
import java.io.IOException;
import java.util.Set;

/** The contract on a store that answers 501 to a DELETE with If-Match (FAULTS 4). */
class DeleteIfMatchRefusedObjectStoreTest extends KnownStoreContract {
  DeleteIfMatchRefusedObjectStoreTest() throws IOException {
    super(KnownStore.DELETE_IF_MATCH_501, Set.of(Leniency.REFUSES_CONDITIONAL_DELETES));
  }
}
