package io.waybill.server.s3.wire;

import static io.waybill.server.s3.wire.Operation.ABORT_MULTIPART_UPLOAD;
import static io.waybill.server.s3.wire.Operation.COMPLETE_MULTIPART_UPLOAD;
import static io.waybill.server.s3.wire.Operation.CREATE_MULTIPART_UPLOAD;
import static io.waybill.server.s3.wire.Operation.DELETE_OBJECT;
import static io.waybill.server.s3.wire.Operation.GET_OBJECT;
import static io.waybill.server.s3.wire.Operation.HEAD_OBJECT;
import static io.waybill.server.s3.wire.Operation.LIST_MULTIPART_UPLOADS;
import static io.waybill.server.s3.wire.Operation.LIST_PARTS;
import static io.waybill.server.upload.UploadMode.MULTIPART;
import static io.waybill.server.upload.UploadMode.SINGLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadState;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What a caller does with one upload, and which of its requests to S3 may be spoilt. */
enum Journey {
  /** Start, PUT, Complete. */
  MULTIPART_UPLOAD(CREATE_MULTIPART_UPLOAD, LIST_PARTS, HEAD_OBJECT, COMPLETE_MULTIPART_UPLOAD) {
    @Override
    void run(Trip trip) {
      trip.arm();
      trip.completed(trip.started(Waybill.OWN_KEYS));
    }
  },

  /** S3 created the upload and the reply was lost; the caller starts again. */
  SECOND_START(CREATE_MULTIPART_UPLOAD, LIST_MULTIPART_UPLOADS, ABORT_MULTIPART_UPLOAD) {
    @Override
    void run(Trip trip) {
      trip.loseCreate();
      trip.arm();
      trip.completed(trip.started(Waybill.OWN_KEYS));
    }
  },

  /** S3 was never asked to complete, but nobody knows; the caller completes again. */
  SECOND_COMPLETE(HEAD_OBJECT, LIST_MULTIPART_UPLOADS, COMPLETE_MULTIPART_UPLOAD) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.OWN_KEYS);
      trip.waybill().put(upload, trip.file());
      trip.proxy().plan(new FaultProxy.Plan(COMPLETE_MULTIPART_UPLOAD, Fault.CUT, false, 3));
      for (int calls = 0; calls < 3 && !isInDoubt(trip, upload); calls++) {
        trip.waybill().tryOnce(() -> trip.waybill().complete(upload));
      }
      assertThat(isInDoubt(trip, upload)).isTrue();
      trip.arm();
      trip.assertCompleted(trip.waybill().insist(() -> trip.waybill().complete(upload)));
    }
  },

  /** The caller goes away after its Complete failed; the sweeper finishes. */
  SWEPT_COMPLETE(LIST_PARTS, HEAD_OBJECT, COMPLETE_MULTIPART_UPLOAD) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.OWN_KEYS);
      trip.waybill().put(upload, trip.file());
      trip.arm();
      trip.waybill().tryOnce(() -> trip.waybill().complete(upload));
      for (int pass = 0; pass < 6; pass++) {
        trip.waybill().sweep();
        trip.waybill().advance(Duration.ofMinutes(1));
      }
      Upload now = trip.waybill().now(upload);
      if (now.state() == UploadState.ACTIVE) {
        // It never got as far as COMPLETING; to begin is the caller's.
        now = trip.waybill().insist(() -> trip.waybill().complete(upload));
      }
      trip.assertCompleted(now);
    }
  },

  SINGLE_PUT(HEAD_OBJECT) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.OWN_KEYS, SINGLE);
      trip.waybill().put(upload, trip.file());
      trip.arm();
      trip.assertCompleted(trip.waybill().insist(() -> trip.waybill().complete(upload)));
    }
  },

  /** Here the start looks at the key first. */
  EXACT_KEY(HEAD_OBJECT, COMPLETE_MULTIPART_UPLOAD) {
    @Override
    void run(Trip trip) {
      trip.arm();
      trip.completed(trip.started(Waybill.EXACT_KEYS));
    }
  },

  /** The object's first bytes are looked at, and are what they should be. */
  CHECKED_CONTENT(GET_OBJECT, HEAD_OBJECT) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.CHECKED);
      trip.waybill().put(upload, trip.file());
      trip.arm();
      trip.assertCompleted(trip.waybill().insist(() -> trip.waybill().complete(upload)));
    }
  },

  /** They are not, so the object has to go, whatever the caller or S3 does. */
  REJECTED_CONTENT(GET_OBJECT, HEAD_OBJECT, DELETE_OBJECT) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.CHECKED);
      byte[] executable = trip.file().clone();
      executable[0] = 'M';
      executable[1] = 'Z';
      trip.waybill().put(upload, executable);
      trip.arm();
      assertThat(trip.waybill().rejection(upload)).isEqualTo(Reason.CONTENT_MISMATCH);
      assertThat(trip.waybill().rejection(upload)).isEqualTo(Reason.UPLOAD_FAILED);
      trip.assertGone(upload, UploadState.FAILED);
    }
  },

  ABORT(ABORT_MULTIPART_UPLOAD, HEAD_OBJECT) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.OWN_KEYS);
      trip.waybill().put(upload, trip.file());
      trip.arm();
      trip.waybill().insist(() -> trip.waybill().abort(upload));
      trip.assertGone(upload, UploadState.ABORTED);
    }
  },

  /** The sweeper comes for the first time when all URLs are long at their end. */
  EXPIRY(ABORT_MULTIPART_UPLOAD, HEAD_OBJECT, LIST_MULTIPART_UPLOADS) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.OWN_KEYS);
      trip.waybill().put(upload, trip.file());
      trip.waybill().advance(Duration.ofDays(4));
      trip.arm();
      trip.assertGone(upload, UploadState.EXPIRED);
    }
  },

  /** S3 created the upload, the reply was lost, and the caller never came again. */
  GIVEN_UP_START(LIST_MULTIPART_UPLOADS, ABORT_MULTIPART_UPLOAD, HEAD_OBJECT) {
    @Override
    void run(Trip trip) {
      trip.loseCreate();
      Upload upload = trip.waybill().only();
      trip.waybill().advance(Duration.ofHours(25));
      trip.waybill().sweep();
      trip.arm();
      trip.assertGone(upload, UploadState.FAILED);
    }
  },

  /** A single PUT lands after the abort. */
  LATE_PUT(HEAD_OBJECT, DELETE_OBJECT) {
    @Override
    void run(Trip trip) {
      Upload upload = trip.started(Waybill.OWN_KEYS, SINGLE);
      var signed = trip.waybill().sign(upload);
      trip.waybill().abort(upload);
      signed.forEach(part -> Uploader.put(part, trip.file()));
      trip.arm();
      trip.assertGone(upload, UploadState.ABORTED);
    }
  };

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.copyOf
  private final Set<Operation> spoilt;

  Journey(Operation... spoilt) {
    this.spoilt = Set.copyOf(List.of(spoilt));
  }

  Set<Operation> spoilt() {
    return spoilt;
  }

  abstract void run(Trip trip);

  private static boolean isInDoubt(Trip trip, Upload upload) {
    return trip.waybill().now(upload).progress().unsettledSince() != null;
  }

  /**
   * One journey under way.
   *
   * @param orphansUntilSwept whether an upload may be left beside until the orphans are swept
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Trip(
      Waybill waybill,
      boolean orphansUntilSwept,
      FaultProxy proxy,
      FaultProxy.Plan plan,
      RealS3 s3,
      byte[] file) {

    void arm() {
      proxy.plan(plan);
    }

    Upload started(String destination) {
      return started(destination, MULTIPART);
    }

    Upload started(String destination, UploadMode mode) {
      Upload upload = waybill.insist(() -> waybill.start(destination, mode, file.length));
      assertThat(upload.state()).isEqualTo(UploadState.ACTIVE);
      return upload;
    }

    void completed(Upload upload) {
      waybill.put(upload, file);
      assertCompleted(waybill.insist(() -> waybill.complete(upload)));
    }

    void assertCompleted(Upload upload) {
      proxy.settle();
      if (!orphansUntilSwept) {
        s3.assertHoldsJust(upload, file);
      }
      waybill.advance(Duration.ofDays(2));
      waybill.sweep();
      sweepOrphans();
      s3.assertHoldsJust(waybill.now(upload), file);
      assertThat(waybill.insist(() -> waybill.complete(upload))).isEqualTo(waybill.now(upload));
    }

    /** More than once, where the list lags. */
    private void sweepOrphans() {
      for (int pass = 0; pass < (orphansUntilSwept ? 3 : 1); pass++) {
        waybill.sweepOrphans();
      }
    }

    void assertGone(Upload upload, UploadState state) {
      waybill.sweepForDays();
      proxy.settle();
      sweepOrphans();
      assertThat(waybill.now(upload).state()).isEqualTo(state);
      s3.assertHoldsNothing();
      assertThat(waybill.due()).as("still to be swept").isEmpty();
    }

    /** A start whose create S3 did, and whose reply nobody read. */
    void loseCreate() {
      proxy.plan(new FaultProxy.Plan(CREATE_MULTIPART_UPLOAD, Fault.CUT, true, 1));
      waybill.tryOnce(() -> waybill.start(Waybill.OWN_KEYS, MULTIPART, file.length));
      assertThat(waybill.only().state()).isEqualTo(UploadState.CREATING);
    }
  }
}
