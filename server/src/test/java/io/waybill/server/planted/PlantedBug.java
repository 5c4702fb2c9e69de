package io.waybill.server.planted;

import io.waybill.server.TenantPoolTest;
import io.waybill.server.auth.VerificationsTest;
import io.waybill.server.grpc.RatesTest;
import io.waybill.server.s3.CephObjectStoreTest;
import io.waybill.server.s3.FakeAwsObjectStoreTest;
import io.waybill.server.s3.S3ObjectStoreTest;
import io.waybill.server.s3.StorageCheckTest;
import io.waybill.server.sim.SimulatorTest;
import io.waybill.server.sql.CommitQueueTest;
import io.waybill.server.sql.PostgresReplicasIT;
import io.waybill.server.sql.ReportJournalTest;
import io.waybill.server.sql.SqliteDatabaseTest;
import io.waybill.server.sql.SqliteUploadStoreTest;
import io.waybill.server.upload.CompleteByItselfTest;
import io.waybill.server.upload.CompleteUploadTest;
import io.waybill.server.upload.ConfirmUploadTest;
import io.waybill.server.upload.ContentInspectionTest;
import io.waybill.server.upload.SignPartsTest;
import io.waybill.server.upload.StartUploadTest;
import io.waybill.server.upload.StorePolicyTest;
import io.waybill.server.upload.SweepOrphansTest;
import io.waybill.server.upload.SweepUploadsTest;
import io.waybill.server.upload.TokenBucketsTest;
import io.waybill.server.upload.WatchUploadTest;

/** A mistake somebody could make in one line, and who notices. */
enum PlantedBug {
  NO_FENCE_WHEN_COMPLETING(
      "upload/Completion",
      "if (!store.replace(upload, next)) {",
      "if (!store.replace(sessions.reread(upload), next)) {",
      SimulatorTest.class),
  COMPLETED_BY_THE_ANSWER_ALONE(
      "upload/Completion",
      "manifest);\n      return sending;",
      "manifest);\n      write(sending, sending.progress().completed(now,"
          + " new StoredObject(\"x\", \"\", upload.spec().plan().sizeBytes(), null)));\n"
          + "      throw new FenceLost();",
      SimulatorTest.class),
  A_LOST_REPLY_IS_A_REFUSAL(
      "upload/Completion",
      "case GONE, UNAVAILABLE -> sending;",
      "case GONE, UNAVAILABLE -> refused(sending, unsettled, e);",
      SimulatorTest.class),
  AN_ATTEMPT_IS_NOT_WRITTEN_DOWN(
      "upload/Completion",
      "Upload sending = write(upload, before.attempting(now, now.plus(timing.completeLease())));",
      "Upload sending = upload;",
      SimulatorTest.class),
  REOPENED_WHILE_AN_ATTEMPT_IS_UNSETTLED(
      "upload/Completion",
      "if (refused.progress().unsettledSince() == null) {",
      "if (refused != null) {",
      SimulatorTest.class),
  THE_GRACE_IS_NOT_WAITED_FOR(
      "upload/Completion",
      "return since == null || clock.instant().isAfter(since.plus(timing.completeGrace()));",
      "return true;",
      CompleteUploadTest.class),
  ANY_OBJECT_AT_THE_KEY_IS_OURS(
      "upload/Completion",
      "if (found.isPresent() && found.get().isOf(spec)) {",
      "if (found.isPresent()) {",
      CompleteUploadTest.class),
  THE_SIZE_IS_NOT_COMPARED(
      "upload/Completion",
      "if (object.sizeBytes() != planned) {",
      "if (object.sizeBytes() < 0) {",
      CompleteUploadTest.class),
  REJECTED_CONTENT_IS_DELETED_BEFORE_THE_VERDICT(
      "upload/ContentInspection",
      "if (detected.isEmpty() || check == ContentCheck.REJECT) {",
      "if (detected.isEmpty() || check == ContentCheck.REJECT) {\n"
          + "      detected.ifPresent(any -> objects.delete(spec, object));",
      SimulatorTest.class),
  CONTENT_IS_LOOKED_AT_ONLY_BY_THE_FIRST_HOLDER(
      "upload/Completion",
      "if (detected.isPresent()) {",
      "if (detected.isPresent() && upload.progress().fence() < 4) {",
      SimulatorTest.class),
  AN_EVENT_IS_BELIEVED(
      "upload/ConfirmUpload",
      "return objects.head(spec).filter(found -> found.isOf(spec)).isPresent();",
      "return !spec.key().isEmpty();",
      ConfirmUploadTest.class),
  AN_EVENT_COMPLETES_WHERE_NOBODY_SAID_SO(
      "upload/ConfirmUpload",
      "if (!destinations.completesOnEvent(upload)) {",
      "if (upload.id() == null) {",
      SimulatorTest.class),
  AN_EVENT_IS_TAKEN_FOR_ANY_KEY_WITH_THE_ID(
      "upload/ConfirmUpload",
      "&& spec.key().equals(key)",
      "&& !key.isEmpty()",
      ConfirmUploadTest.class),
  NO_LAST_LOOK_BEFORE_A_SESSION_EXPIRES(
      "upload/LastLook",
      "return assembly.isAllThere(upload) ? Answer.COMPLETE : Answer.EXPIRE;",
      "return assembly.isAllThere(upload) ? Answer.EXPIRE : Answer.EXPIRE;",
      SimulatorTest.class),
  A_SUBSET_IS_COMPLETED(
      "upload/PartVerification",
      "return missing.isEmpty() && mismatched.isEmpty();",
      "return mismatched.isEmpty();",
      CompleteUploadTest.class),
  A_WEAK_ETAG_IS_ANOTHER_ONE(
      "upload/Part",
      "String strong = etag.startsWith(\"W/\\\"\") ? etag.substring(2) : etag;",
      "String strong = etag;",
      CompleteUploadTest.class),
  EQUAL_CHECKSUMS_DO_NOT_DECIDE(
      "upload/Part",
      "return checksum.equals(other.checksum());",
      "return checksum.equals(other.checksum()) && etag.equals(other.etag());",
      CompleteUploadTest.class),
  ABORT_CLEANS_BEFORE_THE_STATE_CHANGES(
      "upload/AbortUpload",
      "if (store.replace(upload, aborted)) {",
      "cleaning.clean(upload.with(aborted));\n      if (store.replace(upload, aborted)) {",
      SimulatorTest.class),
  TAKING_OVER_A_START_LEAVES_ITS_LEFTOVERS(
      "upload/StorageCreation",
      "leftovers.forEach(listed -> abort(spec, listed.storageUploadId()));",
      "leftovers.size();",
      StartUploadTest.class),
  WHO_LOST_THE_FENCE_KEEPS_ITS_UPLOAD(
      "upload/StorageCreation",
      "if (!storageUploadId.isEmpty()) {",
      "if (storageUploadId.isEmpty()) {",
      StartUploadTest.class),
  A_START_IS_FORGOTTEN_THOUGH_ITS_OUTCOME_IS_UNKNOWN(
      "upload/StorageCreation",
      "store.replace(upload, upload.progress().released());\n      } else {",
      "store.forget(upload);\n      } else {",
      SimulatorTest.class),
  CLEANED_ONLY_ONCE(
      "upload/StorageCleaning",
      "Instant last = upload.urlEnd().plus(timing.putGrace());",
      "Instant last = now;",
      SweepUploadsTest.class),
  A_DELETION_IS_BELIEVED(
      "upload/StorageCleaning",
      "if (objects.head(spec).filter(now -> now.isOf(spec)).isPresent()) {",
      "if (found.isEmpty()) {",
      SweepUploadsTest.class),
  WHAT_IS_NOT_KNOWN_OF_A_STORE_IS_RELIED_ON(
      "upload/StoreFeatures",
      "return found.getOrDefault(feature, false);",
      "return found.getOrDefault(feature, true);",
      StorePolicyTest.class),
  THE_ANSWER_TO_A_LATE_PART_IS_BELIEVED(
      "s3/LatePartProbe",
      "boolean unchanged = isUnchanged();",
      "boolean unchanged = true;",
      StorageCheckTest.class),
  ONE_BROKEN_ANSWER_CALLS_A_STORE_BROKEN(
      "s3/LatePartProbe", "TRIES = 3;", "TRIES = 1;", StorageCheckTest.class),
  A_BUCKET_WITH_VERSIONS_KEEPS_ITS_OLD_FINDING(
      "s3/FinishedProbe",
      "features.put(StoreFeature.CONDITIONAL_DELETES, true);",
      "return;",
      StorageCheckTest.class),
  ANY_REFUSAL_OF_A_TAG_DELETES_THE_OBJECT(
      "upload/ContentInspection",
      "if (e.kind() != StorageException.Kind.UNSUPPORTED) {",
      "if (!e.isRefusal()) {",
      ContentInspectionTest.class),
  FINDINGS_OF_ANOTHER_CONFIGURATION_COUNT(
      "sql/FindingTable",
      "AND configuration = :configuration",
      "AND :configuration <> ''",
      SqliteUploadStoreTest.class),
  A_STRANGERS_OBJECT_IS_DELETED(
      "upload/StorageCleaning",
      "if (found.isEmpty() || !found.get().isOf(spec)) {",
      "if (found.isEmpty()) {",
      SweepUploadsTest.class),
  THE_END_OF_THE_LATEST_URL_IS_NOT_STORED(
      "upload/SignParts",
      ".extend(upload, now, expire, urlEnd)",
      ".extend(upload, now, expire, upload.urlEnd())",
      SignPartsTest.class),
  URLS_OUTLIVE_THE_SESSION(
      "upload/SignParts",
      "Instant end = earlier(now.plus(wished), expire)",
      "Instant end = now.plus(wished)",
      SignPartsTest.class),
  THE_TENANT_IS_NOT_ASKED_FOR(
      "upload/Sessions",
      "return store.find(caller.tenant(), id)",
      "return store.findOfAnyTenant(id)",
      CompleteUploadTest.class),
  THE_TENANT_IS_LEFT_OUT_OF_A_WHERE(
      "sql/UploadTable",
      "WHERE upload_id = :upload_id AND tenant = :tenant",
      "WHERE upload_id = :upload_id AND (tenant = :tenant OR tenant <> '')",
      SqliteUploadStoreTest.class),
  COMMITS_ARE_NOT_SYNCED(
      "sql/SqliteDatabase",
      "SynchronousMode.FULL",
      "SynchronousMode.NORMAL",
      SqliteDatabaseTest.class),
  THE_ORPHAN_SWEEP_TAKES_A_SESSIONS_OWN(
      "upload/SweepOrphans",
      "case ACTIVE, COMPLETING, COMPLETED -> !own;",
      "case ACTIVE, COMPLETING, COMPLETED -> true;",
      SweepOrphansTest.class),
  THE_ORPHAN_SWEEP_TAKES_THE_YOUNG(
      "upload/SweepOrphans",
      "return age.compareTo(timing.orphanAge()) >= 0;",
      "return true;",
      SweepOrphansTest.class),
  A_404_ALONE_IS_TAKEN_FOR_GONE(
      "upload/StorageCleaning",
      "clean = dropped && !listed && removal != Removal.STAYS;",
      "clean = dropped && removal != Removal.STAYS;",
      SweepUploadsTest.class),
  A_404_TO_LIST_PARTS_IS_BELIEVED(
      "upload/ObjectStore",
      "if (isListed(spec, storageUploadId)) {",
      "if (storageUploadId.isEmpty()) {",
      CompleteUploadTest.class),
  AN_ORPHAN_IS_CALLED_DONE_WHILE_IT_IS_LISTED(
      "upload/SweepOrphans",
      "boolean gone = aborted.contains(id) && !listed.contains(id);",
      "boolean gone = aborted.contains(id);",
      SweepOrphansTest.class),
  ONE_LOOK_IS_ENOUGH_TO_CALL_AN_UPLOAD_GONE(
      "upload/Completion",
      "LOOKS_BEFORE_GONE = 3;",
      "LOOKS_BEFORE_GONE = 1;",
      CompleteUploadTest.class),
  KEYS_IN_LISTS_ARE_TAKEN_AS_THEY_ARE_SPELLED(
      "s3/Listings",
      "page.uploads().stream().map(Listings::listed)",
      "page.uploads().stream()\n          .filter(upload -> upload.key().startsWith(keyPrefix))\n"
          + "          .map(Listings::listed)",
      CephObjectStoreTest.class),
  THE_SDK_REPEATS_A_CREATE(
      "s3/S3Clients",
      "RetryStrategy never = AwsRetryStrategy.doNotRetry();",
      "RetryStrategy never = thrice;",
      S3ObjectStoreTest.class),
  A_COMPLETE_WITHOUT_AN_ETAG_IS_A_SUCCESS(
      "s3/MultipartUploads",
      "if (done.eTag() == null || Part.unquoted(done.eTag()).isBlank()) {",
      "if (done == null) {",
      S3ObjectStoreTest.class),
  COMPLETE_REPLACES_WHAT_STANDS_THERE(
      "s3/MultipartUploads",
      "request.ifNoneMatch(\"*\");",
      "request.key(spec.key());",
      FakeAwsObjectStoreTest.class),
  URLS_ARE_SIGNED_FOR_WHAT_WAS_READ_LONG_AGO(
      "upload/SignParts",
      "RECALLED = Duration.ofSeconds(2)",
      "RECALLED = Duration.ofSeconds(60)",
      SimulatorTest.class),
  A_FOLDED_REPORT_IS_TAKEN_AGAIN(
      "sql/Folding",
      "unfolded.of(uploadNo, foldedSeq)",
      "unfolded.of(uploadNo, 0)",
      ReportJournalTest.class),
  THE_LEDGER_IS_CHANGED_UNDER_ITS_JOURNAL(
      "sql/JdbiUploadStore",
      "if (replaced && !change.isEmpty()) {\n            reports.fold(handle, seen.number());",
      "if (replaced && !change.isEmpty()) {",
      ReportJournalTest.class),
  THE_JOURNAL_IS_CUT_BEFORE_ITS_END_IS_FOLDED(
      "sql/ReportJournal",
      "if (foldedThen == toFold.size()) {",
      "if (foldedThen > 0) {",
      ReportJournalTest.class),
  ROWS_AND_JOURNAL_ARE_READ_AT_DIFFERENT_TIMES(
      "sql/Readings",
      ": handle.inTransaction(same -> reading.apply(same, unfolded)));",
      ": reading.apply(handle, unfolded));",
      ReportJournalTest.class),
  A_LOST_COMMIT_IS_NOT_LOOKED_FOR(
      "sql/Batches",
      "writer.transaction(reports::begin);",
      "writer.transaction(handle -> {});",
      CommitQueueTest.class),
  BYTES_ARE_GIVEN_BACK_AT_COMPLETED(
      "upload/Usage",
      "long bytes = state.isDead() ?",
      "long bytes = state.isTerminal() ?",
      SimulatorTest.class),
  GIVEN_BACK_BY_WHO_LOST_THE_FENCE_TOO(
      "sql/JdbiUploadStore",
      "if (replaced) {\n      Usage before",
      "if (true) {\n      Usage before",
      SqliteUploadStoreTest.class),
  A_FORGOTTEN_START_GIVES_NOTHING_BACK(
      "sql/JdbiUploadStore",
      "UsageTable.giveBack(handle, deleted);",
      "handle.commit();",
      SqliteUploadStoreTest.class),
  THE_QUOTA_IS_NOT_ASKED_IN_THE_WRITE(
      "sql/UsageTable",
      "AND open_sessions <= :sessions_room AND reserved_bytes <= :bytes_room",
      "AND :sessions_room <> -1 AND :bytes_room <> -1",
      SqliteUploadStoreTest.class),
  A_REPEATED_START_TAKES_AGAIN(
      "sql/Admission",
      "if (existing.isPresent()) {",
      "if (existing.isPresent()\n"
          + "        && UsageTable.take(handle, spec, Usage.of(spec, progress.state()), quota)) {",
      SqliteUploadStoreTest.class),
  MANY_SIGNATURES_COST_AS_MUCH_AS_THE_BURST(
      "upload/TokenBuckets",
      "long cost = rate.nanosFor(tokens);",
      "long cost = needed;",
      TokenBucketsTest.class),
  SIGNATURES_ARE_NOT_COUNTED(
      "upload/SignParts",
      "signatures.take(tenant, parts.size());",
      "signatures.take(tenant, 1);",
      RatesTest.class),
  THE_FLOOD_KEEPS_ITS_TURN(
      "upload/Turns",
      "if (lane.size > 1) {\n          order.add(lane);\n        }\n        lanes.remove();",
      "if (lane.size == 1) {\n          lanes.remove();\n        }",
      CommitQueueTest.class),
  A_FLOOD_TAKES_EVERY_THREAD(
      "TenantPool", "< threads - running", "< threads", TenantPoolTest.class),
  FORGED_TOKENS_TAKE_ALL_THE_TIME(
      "auth/Verifications",
      "REST_PER_FORGERY * took",
      "0 * REST_PER_FORGERY * took",
      VerificationsTest.class),
  NEW_CALLERS_WAIT_FOR_ALL_OF_A_FLOOD(
      "auth/Verifications",
      "waiting.add(source, work);",
      "waiting.add(\"all\", work);",
      VerificationsTest.class),
  REPLICAS_LOCK_AS_THEIR_WRITES_COME(
      "sql/RowLocks",
      "void take(Handle handle) {",
      "void take(Handle handle) {\n    uploads.clear();\n    usages.clear();",
      PostgresReplicasIT.class),
  OLD_SIZES_ARE_READ_BEFORE_THE_ROWS_ARE_LOCKED(
      "sql/Dialect", "new Dialect(\"FOR UPDATE\",", "new Dialect(\"\",", PostgresReplicasIT.class),
  A_START_BEYOND_THE_QUOTA_IS_NOT_LOOKED_FOR(
      "sql/Admission",
      "} else if (stored(handle, spec).isEmpty()) {",
      "} else if (existing.isEmpty()) { // which it is",
      PostgresReplicasIT.class),
  ONE_REFUSAL_SILENCES_A_DESTINATION(
      "upload/LastLook",
      "if (e.isRefusal()) {",
      "if (e.kind() == StorageException.Kind.EXISTS) {",
      CompleteByItselfTest.class),
  A_WATCH_OUTLASTS_ITS_TOKEN_WITHOUT_A_DATABASE(
      "upload/Watches",
      "endOverdue();\n      if (skip > 0) {\n        skip--;\n        return;\n      }",
      "if (skip > 0) {\n        skip--;\n        return;\n      }\n      endOverdue();",
      WatchUploadTest.class);

  /** The class, below io.waybill.server. */
  final String source;

  final String right;
  final String wrong;
  final Class<?> caughtBy;

  PlantedBug(String source, String right, String wrong, Class<?> caughtBy) {
    this.source = source;
    this.right = right;
    this.wrong = wrong;
    this.caughtBy = caughtBy;
  }
}
