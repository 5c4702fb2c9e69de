package io.waybill.server.sim;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.UploadSpec;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** Another caller of the same session, who does anything at any time; and a foreign tenant. */
final class Meddler implements Runnable {
  static final Caller FOREIGN = new Caller("foreign", "sim");

  private final World world;
  private final Session session;
  private final SplittableRandom random;
  private final Calls calls;

  Meddler(World world, Session session) {
    this.world = world;
    this.session = session;
    this.random = world.random;
    this.calls = world.calls;
  }

  @Override
  public void run() {
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      world.scheduler.pause(Duration.ofMillis(50L << random.nextInt(10)));
      meddle();
    }
  }

  private void meddle() {
    UploadSpec spec = session.spec;
    int whim = random.nextInt(12);
    if (spec == null || whim == 0) {
      calls.start(session, session.request);
      return;
    }
    switch (whim) {
      case 1 -> calls.start(session, another(session.request));
      case 2, 3, 4 -> calls.complete(session, spec, Duration.ofSeconds(1 + random.nextInt(90)));
      case 5 -> calls.abort(session, spec);
      case 6 -> calls.get(session.caller, spec.id());
      case 7, 8 -> calls.sign(session, spec, random.nextBoolean() ? List.of() : List.of(1));
      case 9 -> calls.report(session, spec, spec.plan().partCount(), "another lie");
      case 10 -> List.copyOf(session.signed).forEach(calls::put);
      default -> pry(spec);
    }
  }

  private void pry(UploadSpec spec) {
    Answer<GetUpload.View> answer = calls.get(FOREIGN, spec.id());
    boolean refused =
        answer.lost() || answer.is(Reason.UPLOAD_NOT_FOUND) || answer.is(Reason.STORE_UNAVAILABLE);
    if (!refused) {
      world.oracle.violated("I7", "a foreign tenant is told " + answer);
    }
  }

  private static StartUpload.Request another(StartUpload.Request request) {
    return new StartUpload.Request(
        request.requestId(),
        request.destination(),
        request.objectKey(),
        "another.bin",
        request.contentType(),
        OptionalLong.of(request.sizeBytes().orElseThrow()),
        request.partSizeBytes(),
        request.mode(),
        request.algorithm(),
        request.metadata(),
        request.sessionTtl(),
        request.signFirst(),
        request.validateOnly(),
        request.malformed());
  }
}
