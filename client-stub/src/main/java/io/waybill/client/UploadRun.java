package io.waybill.client;

import io.waybill.client.UploadFailedException.Kind;
import io.waybill.client.UploadProgress.Phase;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.PartRange;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/** One upload from its opening to its object: what every upload does, of one byte or of 48 TiB. */
final class UploadRun {

  /** How often parts that Complete found missing or different are sent again. */
  private static final int MAX_ROUNDS = 3;

  /** GetUpload names at most so many runs of missing parts. */
  private static final int MISSING_RANGES_LIMIT = 1_000;

  /** 10,000 parts have at most 5,000 runs missing. */
  private static final int MAX_PASSES = 10_000 / 2 / MISSING_RANGES_LIMIT + 1;

  private static final System.Logger LOG = System.getLogger(UploadRun.class.getName());

  private final Uploader.Setup setup;
  private final PartSource source;
  private final Opening opening;
  private final PauseGate gate;
  private final ProgressMeter meter;

  /** Whether the object is, or may be, made of other parts than were sent or compared here. */
  private boolean tooLate;

  UploadRun(
      Uploader.Setup setup,
      PartSource source,
      Opening opening,
      PauseGate gate,
      ProgressMeter meter) {
    this.setup = setup;
    this.source = source;
    this.opening = opening;
    this.gate = gate;
    this.meter = meter;
  }

  /** Does it all; the object it returns was verified. */
  Upload run() throws IOException, InterruptedException {
    Upload upload;
    try {
      upload = upload();
    } catch (OtherSourceException e) {
      throw UploadFailedException.sourceChanged(e.getMessage());
    }
    if (upload.getObject().getSizeBytes() != source.sizeBytes()) {
      throw new UploadFailedException(
          Kind.OBJECT_MISMATCH,
          "the object has %d bytes instead of %d"
              .formatted(upload.getObject().getSizeBytes(), source.sizeBytes()));
    }
    meter.phase(Phase.COMPLETED);
    return upload;
  }

  private Upload upload() throws IOException, InterruptedException {
    Upload opened = opening.open();
    try {
      return carryOut(opened);
    } catch (WaybillException e) {
      // A session stays ACTIVE for a while after its end, until the server sweeps.
      if (!opening.isResumed() || !e.is(ErrorReason.ERROR_REASON_UPLOAD_EXPIRED)) {
        throw e;
      }
    } catch (OtherSourceException e) {
      if (!opening.isResumed()) {
        throw e;
      }
      giveUp(opened.getUploadId(), e);
    }
    return carryOut(opening.startAnew());
  }

  /**
   * Aborts a session whose file is no more. If another process still sends that file, the file has
   * changed under it, and it could not complete either.
   */
  private void giveUp(String uploadId, OtherSourceException why) {
    LOG.log(Level.DEBUG, "upload " + uploadId + " is not resumed: " + why.getMessage());
    try {
      var unused = setup.client().abort(uploadId);
    } catch (WaybillException e) {
      // It is complete, or ends by itself when its time is over.
    }
    meter.restarted(uploadId, String.valueOf(why.getMessage()));
  }

  private Upload carryOut(Upload opened) throws IOException, InterruptedException {
    meter.ledger(opened);
    Session session = new Session(setup.client(), opened);
    tooLate = isTooLate(opened);
    boolean holdsParts = !tooLate && opened.getUploadedParts() > 0;
    HeldParts held = holdsParts ? HeldParts.of(session) : HeldParts.none(session);
    Upload known = withoutDoubtfulParts(held, opened);
    meter.ledger(known);
    PartSource parts = compared(session, held);
    try (PartSender sender = new PartSender(session, setup, gate, meter)) {
      Upload upload = finish(session, parts, held, sender, known);
      checkCompleted(session, held.with(sender.sent()), upload);
      return upload;
    }
  }

  /** The upload with those parts only that may be this source's: the others are sent again. */
  private Upload withoutDoubtfulParts(HeldParts held, Upload opened) {
    if (tooLate || opening.isOfThisSource()) {
      return opened;
    }
    // No part is reported yet: nothing is lost, and another process may be sending some.
    if (opening.isResumed() && held.isEmpty()) {
      throw new OtherSourceException("no checksum tells whether its parts are this file's");
    }
    return held.withoutDoubtfulParts(opened);
  }

  /** Before anything is sent where the source allows it, so that nothing of another file is. */
  private PartSource compared(Session session, HeldParts held)
      throws IOException, InterruptedException {
    if (held.isEmpty()) {
      return source;
    }
    if (!source.isRepeatable()) {
      return new CheckedStream(source, held, session.plan());
    }
    compare(session, held);
    return source;
  }

  private void compare(Session session, HeldParts held) throws IOException, InterruptedException {
    meter.begin(Phase.COMPARING, gate.isClosed());
    PartWork comparison =
        task -> {
          gate.pass();
          held.check(task.number(), task.body());
          return true;
        };
    var unused = pass(session, source, comparison, held.known());
  }

  /**
   * The look after Complete: other parts may have been reported between the last look and it. The
   * ledger takes no parts any more, and the object is made of those that it has.
   */
  private void checkCompleted(Session session, HeldParts ours, Upload upload) throws IOException {
    if (tooLate) {
      prove(session, ours, upload);
    } else if (isShared(session)) {
      try {
        ours.checkAgainst(HeldParts.reported(session));
      } catch (OtherSourceException e) {
        throw new OtherSourceException(
            "the upload was completed, and its object %s is not this file (or stream): %s"
                .formatted(upload.getObject().getLocation(), e.getMessage()));
      }
    }
  }

  /** Whether another process may have sent parts; a new single PUT is one file, whole. */
  private boolean isShared(Session session) {
    return !(session.isSingle() && opening.isFresh());
  }

  private void prove(Session session, HeldParts ours, Upload upload) throws IOException {
    boolean told = new ObjectProof(upload, HeldParts.of(session), ours, source).check();
    if (told || opening.isOfThisSource()) {
      return;
    }
    String unknown =
        "the upload was completed already, and no checksum tells whether its object %s is this file"
            .formatted(upload.getObject().getLocation());
    if (opening.isResumed()) {
      throw new OtherSourceException(unknown);
    }
    throw new UploadFailedException(Kind.SESSION_OVER, unknown);
  }

  private static boolean isTooLate(Upload upload) {
    return upload.getState() == UploadState.UPLOAD_STATE_COMPLETING
        || upload.getState() == UploadState.UPLOAD_STATE_COMPLETED;
  }

  private Upload finish(
      Session session, PartSource parts, HeldParts held, PartSender sender, Upload known)
      throws IOException, InterruptedException {
    Upload upload = known;
    for (int round = 1; ; round++) {
      if (upload.getState() == UploadState.UPLOAD_STATE_COMPLETED) {
        tooLate = true;
        return upload;
      }
      if (isTooLate(upload)) {
        tooLate = true;
      } else {
        sendMissing(session, parts, sender, upload);
        checkSent(session, parts, held.with(sender.sent()));
      }
      meter.phase(Phase.COMPLETING);
      try {
        return session.complete();
      } catch (WaybillException e) {
        if (round == MAX_ROUNDS || !asksForParts(e)) {
          throw e;
        }
        upload = session.get();
        meter.ledger(upload);
      }
    }
  }

  /** The last look before Complete: whether what was sent is one source, whole, and this one. */
  private void checkSent(Session session, PartSource parts, HeldParts ours)
      throws IOException, InterruptedException {
    boolean unchanged = parts.isUnchanged();
    if (tooLate) {
      return;
    }
    if (!unchanged) {
      compareWhole(session, parts, ours);
    }
    if (isShared(session)) {
      ours.checkAgainst(HeldParts.of(session));
    }
  }

  /** By checksums, where the file system saw a change that need not be one of the bytes. */
  private void compareWhole(Session session, PartSource parts, HeldParts ours)
      throws IOException, InterruptedException {
    try {
      if (ours.hasAll()) {
        compare(session, ours);
        if (parts.isUnchanged()) {
          return;
        }
      }
    } catch (OtherSourceException e) {
      throw UploadFailedException.sourceChanged(
          "the file was changed while it was uploaded: " + e.getMessage());
    }
    throw UploadFailedException.sourceChanged(
        "the file's inode or ctime changed while it was uploaded, and so, perhaps, its bytes");
  }

  private static boolean asksForParts(WaybillException e) {
    return e.is(ErrorReason.ERROR_REASON_PARTS_MISSING)
        || e.is(ErrorReason.ERROR_REASON_PART_MISMATCH);
  }

  private void sendMissing(Session session, PartSource parts, PartSender sender, Upload known)
      throws IOException, InterruptedException {
    meter.begin(Phase.UPLOADING, gate.isClosed());
    Upload upload = known;
    for (int pass = 1; pass <= MAX_PASSES && upload.getMissingRangesCount() > 0; pass++) {
      sender.beginPass();
      boolean more = pass(session, parts, sender, upload.getMissingRangesList());
      tooLate |= !more;
      if (!more || upload.getMissingRangesCount() < MISSING_RANGES_LIMIT) {
        return;
      }
      upload = session.get();
      meter.ledger(upload);
    }
  }

  private boolean pass(Session session, PartSource parts, PartWork work, List<PartRange> numbers)
      throws IOException, InterruptedException {
    int workers = Math.min(setup.parallel() + parts.partsAhead(), session.plan().partCount());
    return new PartPass(session, parts, work, numbers).run(workers);
  }
}
