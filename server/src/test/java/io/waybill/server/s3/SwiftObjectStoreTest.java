package io.waybill.server.s3;

import io.waybill.server.s3.fake.KnownStore;
import java.io.IOException;
import java.util.Set;

class SwiftObjectStoreTest extends KnownStoreContract {
  SwiftObjectStoreTest() throws IOException {
    super(
        KnownStore.SWIFT,
        Set.of(
            Leniency.SHOWS_NO_CHECKSUMS,
            Leniency.REPEATED_COMPLETE_IN_DOUBT,
            Leniency.LATE_PARTS_BREAK_OBJECTS,
            Leniency.REFUSES_CONDITIONAL_DELETES_OF_PARTS,
            Leniency.HAS_NO_TAGS));
  }
}
