package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes a session from ACTIVE to COMPLETING: compares what S3 holds with the plan and the ledger,
 * and writes the manifest down. {@link Completion} takes it from there, here or, where this server
 * dies, by whoever finds the lease run out (PROTOCOL rows 11 to 13).
 *
 * <p>For a single PUT there is nothing to send: the object is there, or it is not.
 */
public final class Assembly {
  private static final Duration STALE_LISTING = Duration.ofMillis(250);
  private static final int LIST_PAGE = 1_000;

  private final UploadStore store;
  private final ObjectStore objects;
  private final Sessions sessions;
  private final Completion completion;
  private final Clock clock;
  private final Pauses pauses;
  private final Timing timing;

  public Assembly(
      UploadStore store,
      ObjectStore objects,
      Sessions sessions,
      Completion completion,
      Clock clock,
      Pauses pauses,
      Timing timing) {
    this.store = store;
    this.objects = objects;
    this.sessions = sessions;
    this.completion = completion;
    this.clock = clock;
    this.pauses = pauses;
    this.timing = timing;
  }

  /**
   * Blocks until the object stands, or it is clear why not.
   *
   * @param seen an ACTIVE or COMPLETING session
   */
  public Upload assemble(Upload seen) {
    try {
      return seen.state() == UploadState.ACTIVE ? begin(seen) : takeOver(seen);
    } catch (StorageException e) {
      throw e.toUploadException();
    }
  }

  /**
   * Whether S3 holds all of an upload, as it was planned: asked of S3 alone, whatever was reported.
   *
   * @throws StorageException where S3 does not say
   */
  boolean isAllThere(Upload upload) {
    UploadSpec spec = upload.spec();
    if (spec.mode() == UploadMode.MULTIPART) {
      try {
        List<Part> stored = listAll(spec, upload.progress().storageUploadId());
        return PartVerification.of(spec, stored, List.of()).isWhole();
      } catch (StorageException e) {
        // Finished, perhaps, by a Complete that the database has lost.
        objects.requireGone(spec, upload.progress().storageUploadId(), e);
      }
    }
    return objects.head(spec).filter(found -> found.isOf(spec)).isPresent();
  }

  private Upload begin(Upload seen) {
    Upload upload = seen;
    while (upload.state() == UploadState.ACTIVE) {
      List<Part> manifest;
      UploadStore.LedgerChange ledger;
      try {
        manifest = manifest(upload);
        ledger = new UploadStore.LedgerChange(manifest, List.of());
      } catch (StorageException e) {
        objects.requireGone(upload.spec(), upload.progress().storageUploadId(), e);
        // S3 dropped the upload: COMPLETING is where that is judged. Whoever takes that over must
        // not find reports in the ledger, and send them for a manifest.
        manifest = List.of();
        List<Integer> untrue = store.partNumbers(upload).stream().boxed().toList();
        ledger = new UploadStore.LedgerChange(manifest, untrue);
      }
      Progress next = upload.progress().completing(clock.instant().plus(timing.completeLease()));
      if (store.replace(upload, next, ledger)) {
        return completion.finish(upload.with(next), manifest);
      }
      upload = sessions.reread(upload);
    }
    return sessions.requireCompleted(upload);
  }

  private Upload takeOver(Upload seen) {
    Instant now = clock.instant();
    boolean own = completion.stillHolds(seen);
    if (seen.progress().isLeased(now) && !own) {
      throw sessions.refusal(seen);
    }
    // Read before the lease is taken: it does not change in COMPLETING, and the fence proves that.
    List<Part> manifest = store.parts(seen, 0, S3Limits.MAX_PARTS);
    Progress mine = seen.progress().takenOver(now.plus(timing.completeLease()));
    if (!store.replace(seen, mine)) {
      return sessions.requireCompleted(sessions.reread(seen));
    }
    return completion.finish(seen.with(mine), manifest);
  }

  /**
   * What to send, once it is whole; else the ledger learns what is not true, and the caller too.
   */
  private List<Part> manifest(Upload upload) {
    List<Part> ledger = store.parts(upload, 0, S3Limits.MAX_PARTS);
    PartVerification verified = PartVerification.of(upload.spec(), stored(upload), ledger);
    if (!verified.missing().isEmpty()) {
      pauses.pause(STALE_LISTING);
      verified = PartVerification.of(upload.spec(), stored(upload), ledger);
    }
    if (!verified.isWhole()) {
      // Only what was in the ledger when S3 was asked: a report made since is a newer truth.
      Set<Integer> untrue = new HashSet<>(verified.untrue());
      untrue.retainAll(ledger.stream().map(Part::number).toList());
      store.drop(upload, untrue);
      throw verified.refusal(upload.spec());
    }
    return verified.manifest();
  }

  private List<Part> stored(Upload upload) {
    UploadSpec spec = upload.spec();
    return spec.mode() == UploadMode.SINGLE
        ? objects.head(spec).map(found -> asPart(spec, found)).stream().toList()
        : listAll(spec, upload.progress().storageUploadId());
  }

  /**
   * The one part of a single PUT. A stranger's object passes as it: Completion tells whose it is.
   */
  private Part asPart(UploadSpec spec, ObjectStore.FoundObject found) {
    StoredObject object = found.object();
    return new Part(1, spec.plan().sizeBytes(), object.etag(), object.checksum(), clock.instant());
  }

  private List<Part> listAll(UploadSpec spec, String storageUploadId) {
    List<Part> all = new ArrayList<>();
    ObjectStore.PartPage page;
    do {
      int after = all.isEmpty() ? 0 : all.get(all.size() - 1).number();
      page = objects.listParts(spec, storageUploadId, after, LIST_PAGE);
      all.addAll(page.parts());
    } while (page.hasMore() && !page.parts().isEmpty());
    return all;
  }
}
