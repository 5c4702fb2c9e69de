package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.FindingStore;
import io.waybill.server.upload.StoreFeature;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link FindingStore} does. */
interface FindingStoreContract {
  String HERE = "endpoint=http://here bucket=b";

  /** An empty one. */
  FindingStore findings();

  @Test
  default void nothingIsKnownOfADestinationThatNobodyChecked() {
    assertThat(findings().loadFindings("a", HERE)).isEmpty();
  }

  @Test
  default void whatWasFoundIsRememberedPerDestination() {
    Map<StoreFeature, Boolean> found =
        Map.of(StoreFeature.CONDITIONAL_PUTS, true, StoreFeature.PART_URLS_END, false);
    findings().saveFindings("a", HERE, found);
    findings().saveFindings("b", HERE, Map.of(StoreFeature.OBJECT_TAGS, true));

    assertThat(findings().loadFindings("a", HERE)).isEqualTo(found);
    assertThat(findings().loadFindings("b", HERE))
        .isEqualTo(Map.of(StoreFeature.OBJECT_TAGS, true));
  }

  @Test
  default void whatWasFoundWithAnotherConfigurationDoesNotCount() {
    findings().saveFindings("a", HERE, Map.of(StoreFeature.PART_URLS_END, true));

    assertThat(findings().loadFindings("a", HERE + " key_prefix=in/")).isEmpty();
    assertThat(findings().loadFindings("a", "")).isEmpty();
  }

  @Test
  default void aNewCheckReplacesWhatItFoundAndKeepsTheRest() {
    findings()
        .saveFindings(
            "a",
            HERE,
            Map.of(StoreFeature.PART_URLS_END, true, StoreFeature.CONDITIONAL_PUTS, true));
    findings().saveFindings("a", HERE, Map.of(StoreFeature.PART_URLS_END, false));

    assertThat(findings().loadFindings("a", HERE))
        .isEqualTo(Map.of(StoreFeature.PART_URLS_END, false, StoreFeature.CONDITIONAL_PUTS, true));

    findings().saveFindings("a", "elsewhere", Map.of(StoreFeature.PART_URLS_END, true));
    assertThat(findings().loadFindings("a", HERE))
        .isEqualTo(Map.of(StoreFeature.CONDITIONAL_PUTS, true));
    assertThat(findings().loadFindings("a", "elsewhere"))
        .isEqualTo(Map.of(StoreFeature.PART_URLS_END, true));
  }
}
