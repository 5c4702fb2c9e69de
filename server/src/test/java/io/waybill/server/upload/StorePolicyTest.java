package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What destinations do not do because of their stores: issue 12, items 6 to 8 (invariant I8). */
public class StorePolicyTest {
  private static final String ALGORITHMS = "MD5, CRC32, CRC32C, CRC64NVME, SHA256";

  private final Domain domain = new Domain();

  /** Item 6: small ones, too, so that the answer does not depend on the size. */
  @ParameterizedTest
  @ValueSource(longs = {0, 5, 500 << 20})
  void whereAPartUrlOutlivesCompleteNothingIsTakenWithoutAChecksum(long sizeBytes) {
    domain.destinations.learn("own", Map.of(StoreFeature.PART_URLS_END, false));

    UploadException refusal = refusal(() -> start("own", sizeBytes, null));

    assertThat(refusal.reason()).isEqualTo(Reason.CHECKSUM_REQUIRED);
    assertThat(refusal.retryAfter()).isEmpty();
    assertThat(refusal.violations())
        .extracting(Violation::field)
        .containsExactly("checksum_algorithm");
    assertThat(refusal.metadata()).containsEntry("allowed", ALGORITHMS);
    assertThat(refusal.text()).contains(ALGORITHMS, "none, or nothing, is refused");
    assertThat(refusal(() -> start("own", sizeBytes, ChecksumAlgorithm.NONE)).reason())
        .isEqualTo(Reason.CHECKSUM_REQUIRED);
    assertThat(start("over", 5, null).state()).as("another store's").isEqualTo(UploadState.ACTIVE);
  }

  @ParameterizedTest
  @EnumSource(value = ChecksumAlgorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void withAnyAlgorithmItIsTaken(ChecksumAlgorithm algorithm) {
    domain.destinations.learn("own", Map.of(StoreFeature.PART_URLS_END, false));

    assertThat(start("own", 500 << 20, algorithm).state()).isEqualTo(UploadState.ACTIVE);
  }

  /** Item 6: unknown is unsafe, and passes. */
  @Test
  void beforeTheCheckHasPassedTheCallerIsToldToComeAgain() {
    Destinations destinations = Domain.ownKnowing(StoreFeatures.unknown(true));
    StartUpload unknown = domain.startTo(destinations);

    UploadException refusal = refusal(() -> start(unknown, "own", 5, null));

    assertThat(refusal.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(refusal.retryAfter()).isPresent();
    assertThat(refusal.text())
        .contains("the check of destination own has not passed yet", ALGORITHMS);
    assertThat(start(unknown, "own", 5, ChecksumAlgorithm.MD5).spec().mode())
        .as("a single PUT could replace the object")
        .isEqualTo(UploadMode.MULTIPART);

    destinations.learn("own", TestFeatures.ALL);
    assertThat(start(unknown, "own", 5, null).spec().mode()).isEqualTo(UploadMode.SINGLE);
  }

  /** Item 6: nobody will find it out, so waiting does not help. */
  @Test
  void whereNobodyChecksTheRefusalIsForGoodAndNamesTheKey() {
    StartUpload unchecked = domain.startTo(Domain.ownKnowing(StoreFeatures.unknown(false)));

    UploadException refusal = refusal(() -> start(unchecked, "own", 5, null));

    assertThat(refusal.reason()).isEqualTo(Reason.CHECKSUM_REQUIRED);
    assertThat(refusal.text())
        .contains("startup_checks is off", "startup_checks: needs", ALGORITHMS);
    assertThat(start(unchecked, "own", 5, ChecksumAlgorithm.CRC32C).state())
        .isEqualTo(UploadState.ACTIVE);
  }

  /** Item 6, I8: what was taken before it was known is not signed for any more. */
  @Test
  void nothingMoreIsSignedForASessionWhoseUrlsOutliveIt() {
    Upload parts = start("own", 500 << 20, null);
    Upload single = start("own", 5, null);
    Upload summed = start("own", 500 << 20, ChecksumAlgorithm.CRC32C);
    domain.destinations.learn("own", Map.of(StoreFeature.PART_URLS_END, false));

    UploadException refusal = refusal(() -> signNext(parts));
    assertThat(refusal.reason()).isEqualTo(Reason.CHECKSUM_REQUIRED);
    assertThat(refusal.text()).contains("abort it, and start another with one of " + ALGORITHMS);
    assertThat(signNext(single)).as("If-None-Match is signed into it").hasSize(1);
    assertThat(signWithChecksum(summed)).hasSize(1);

    domain.destinations.learn("own", Map.of(StoreFeature.CONDITIONAL_PUTS, false));
    assertThat(refusal(() -> signNext(single)).reason()).isEqualTo(Reason.CHECKSUM_REQUIRED);
    assertThat(domain.abort.execute(ACME, parts.id()).state()).isEqualTo(UploadState.ABORTED);
  }

  @Test
  void aRepeatedStartStillFindsItsSession() {
    StartUpload.Request request = request("own", 500 << 20, null);
    Upload started = domain.start.execute(ACME, request).upload();
    domain.destinations.learn("own", Map.of(StoreFeature.PART_URLS_END, false));

    assertThat(domain.start.execute(ACME, request).upload().id()).isEqualTo(started.id());
  }

  /** Item 8: a destination whose configuration the store cannot keep takes no uploads. */
  @Test
  void whatTheConfigurationAsksAndTheStoreLacksIsSaidAtTheStart() {
    domain.destinations.learn("tag", Map.of(StoreFeature.OBJECT_TAGS, false));
    UploadException refusal = refusal(() -> start("tag", 5, ChecksumAlgorithm.CRC32C));
    assertThat(refusal.reason()).isEqualTo(Reason.STORAGE_REFUSED);
    assertThat(refusal.text())
        .contains(
            "destination tag takes no uploads", "content_check: tag", "set it to reject or off");

    domain.destinations.learn("tag", Map.of(StoreFeature.OBJECT_TAGS, true));
    assertThat(start("tag", 5, null).state()).as("fixed").isEqualTo(UploadState.ACTIVE);

    domain.destinations.learn("reject", Map.of(StoreFeature.OBJECT_TAGS, false));
    assertThat(start("reject", 5, null).state()).isEqualTo(UploadState.ACTIVE);
    domain.destinations.learn("reject", Map.of(StoreFeature.RANGED_READS, false));
    assertThat(refusal(() -> start("reject", 6, null)).text())
        .contains("content_check: reject needs to read the beginning of objects");
    domain.destinations.learn("own", Map.of(StoreFeature.RANGED_READS, false));
    assertThat(start("own", 5, null).state()).isEqualTo(UploadState.ACTIVE);
  }

  /** Neither Complete nor a checksum ends a part's URL there. */
  @Test
  void whereNoChecksumBindsNothingIsTakenAndNothingMoreIsSigned() {
    Upload summed = start("own", 500 << 20, ChecksumAlgorithm.CRC32C);
    domain.destinations.learn("own", Map.of(StoreFeature.PART_CHECKSUMS_BIND, false));
    assertThat(start("own", 6, null).state())
        .as("an old finding of a store whose URLs end by now")
        .isEqualTo(UploadState.ACTIVE);

    domain.destinations.learn("own", Map.of(StoreFeature.PART_URLS_END, false));

    UploadException refusal = refusal(() -> start("own", 5, ChecksumAlgorithm.SHA256));
    assertThat(refusal.reason()).isEqualTo(Reason.STORAGE_REFUSED);
    assertThat(refusal.text())
        .contains("destination own takes no uploads", "use another store")
        .doesNotContain("startup_checks");
    assertThat(refusal(() -> signWithChecksum(summed)).reason()).isEqualTo(Reason.STORAGE_REFUSED);
  }

  @Test
  void withoutChecksARefusalSaysHowAnOldFindingIsReplaced() {
    Map<StoreFeature, Boolean> found = new EnumMap<>(TestFeatures.ALL);
    found.put(StoreFeature.CONDITIONAL_DELETES, false);
    for (boolean checked : new boolean[] {true, false}) {
      StartUpload start =
          domain.startTo(Domain.rejectingAtExactKeysKnowing(new StoreFeatures(found, checked)));

      String text = refusal(() -> start(start, "exact", 5, ChecksumAlgorithm.CRC32C)).text();

      assertThat(text).contains("exact_keys to false, or turn on versions of the bucket");
      assertThat(
              text.endsWith(
                  "; then start once with startup_checks: needs, since the old finding is kept"))
          .isEqualTo(!checked);
    }
    found.put(StoreFeature.PART_URLS_END, false);
    StartUpload own = domain.startTo(Domain.ownKnowing(new StoreFeatures(found, false)));
    assertThat(refusal(() -> start(own, "own", 5, null)).text())
        .contains("a checksum is signed into the URL")
        .endsWith("startup_checks: needs, since the old finding is kept");
  }

  private List<SignedPart> signNext(Upload upload) {
    return domain
        .signParts
        .executeNextMissing(ACME, upload.id(), 1, null)
        .toCompletableFuture()
        .join()
        .parts();
  }

  private List<SignedPart> signWithChecksum(Upload upload) {
    SignParts.Ask ask = new SignParts.Ask(1, Checksum.of(new byte[4]));
    return domain
        .signParts
        .execute(ACME, upload.id(), List.of(ask), null)
        .toCompletableFuture()
        .join()
        .parts();
  }

  private Upload start(String destination, long sizeBytes, @Nullable ChecksumAlgorithm algorithm) {
    return start(domain.start, destination, sizeBytes, algorithm);
  }

  private static Upload start(
      StartUpload start,
      String destination,
      long sizeBytes,
      @Nullable ChecksumAlgorithm algorithm) {
    return start.execute(ACME, request(destination, sizeBytes, algorithm)).upload();
  }

  private static StartUpload.Request request(
      String destination, long sizeBytes, @Nullable ChecksumAlgorithm algorithm) {
    return new StartUpload.Request(
        "r-" + destination + sizeBytes + algorithm,
        destination,
        destination.equals("over") || destination.equals("exact") ? "the/key" : "",
        "file.bin",
        "",
        OptionalLong.of(sizeBytes),
        0,
        null,
        algorithm,
        Map.of(),
        null,
        0,
        false,
        List.of());
  }

  private static UploadException refusal(Runnable call) {
    UploadException refusal = catchThrowableOfType(UploadException.class, call::run);
    assertThat(refusal).as("it was taken").isNotNull();
    return refusal;
  }
}
