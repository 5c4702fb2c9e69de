package io.waybill.client;

import io.waybill.client.UploadFailedException.Kind;
import io.waybill.client.UploadProgress.Phase;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.PartRange;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.IOException;
import java.util.List;

/** One upload from its opening to its object: what every upload does, of one byte or of 48 TiB. */
final class UploadRun {

  /** How often parts that Complete found missing or different are sent again. */
  private static final int MAX_ROUNDS = 3;

  /** GetUpload names at most so many runs of missing parts. */
  private static final int MISSING_RANGES_LIMIT = 1_000;

  /** 10,000 parts have at most 5,000 runs missing. */
  private static final int MAX_PASSES = 10_000 / 2 / MISSING_RANGES_LIMIT + 1;

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
    Upload upload = upload();
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
      return carryOut(opening.startAnew());
    }
  }

  private Upload carryOut(Upload opened) throws IOException, InterruptedException {
    meter.ledger(opened);
    Session session = new Session(setup.client(), opened);
    return opening.isOfThisSource() ? finish(session, source, opened) : compare(session, opened);
  }

  /** Believes of what is there only what it has compared. */
  private Upload compare(Session session, Upload opened) throws IOException, InterruptedException {
    Upload upload;
    if (isTooLate(opened)) {
      upload = finish(session, source, opened);
    } else {
      HeldParts held = HeldParts.of(session);
      Upload known = held.without(opened);
      meter.ledger(known);
      upload = finish(session, compared(session, held), known);
    }
    if (tooLate) {
      new ObjectProof(upload, HeldParts.of(session), source).check();
    }
    return upload;
  }

  /** Before anything is sent where the source allows it, so that nothing of another file is. */
  private PartSource compared(Session session, HeldParts held)
      throws IOException, InterruptedException {
    if (!source.isRepeatable()) {
      return new CheckedStream(source, held, session.plan());
    }
    PartWork comparison =
        task -> {
          held.check(task.number(), task.body());
          return true;
        };
    var unused = pass(session, source, comparison, held.known());
    return source;
  }

  private static boolean isTooLate(Upload upload) {
    return upload.getState() == UploadState.UPLOAD_STATE_COMPLETING
        || upload.getState() == UploadState.UPLOAD_STATE_COMPLETED;
  }

  private Upload finish(Session session, PartSource parts, Upload opened)
      throws IOException, InterruptedException {
    try (PartSender sender = new PartSender(session, setup, gate, meter)) {
      return finish(session, parts, sender, opened);
    }
  }

  private Upload finish(Session session, PartSource parts, PartSender sender, Upload opened)
      throws IOException, InterruptedException {
    Upload upload = opened;
    for (int round = 1; ; round++) {
      if (upload.getState() == UploadState.UPLOAD_STATE_COMPLETED) {
        tooLate = true;
        return upload;
      }
      if (isTooLate(upload)) {
        tooLate = true;
      } else {
        sendMissing(session, parts, sender, upload);
        parts.checkUnchanged();
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

  private static boolean asksForParts(WaybillException e) {
    return e.is(ErrorReason.ERROR_REASON_PARTS_MISSING)
        || e.is(ErrorReason.ERROR_REASON_PART_MISMATCH);
  }

  private void sendMissing(Session session, PartSource parts, PartSender sender, Upload known)
      throws IOException, InterruptedException {
    meter.phase(gate.isClosed() ? Phase.PAUSED : Phase.UPLOADING);
    Upload upload = known;
    for (int pass = 1; pass <= MAX_PASSES && upload.getMissingRangesCount() > 0; pass++) {
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
