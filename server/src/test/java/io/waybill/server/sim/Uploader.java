package io.waybill.server.sim;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadSpec;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A caller as the README describes it: starts, signs, puts, reports, completes, and tries again.
 */
final class Uploader implements Runnable {
  private static final int TRIES = 5;

  private final World world;
  private final Session session;
  private final SplittableRandom random;
  private final Calls calls;

  Uploader(World world, Session session) {
    this.world = world;
    this.session = session;
    this.random = world.random;
    this.calls = world.calls;
  }

  @Override
  public void run() {
    for (int i = 0; i < TRIES && mayTryAgain(calls.start(session, session.request)); i++) {
      rest();
    }
    UploadSpec spec = session.spec;
    if (spec == null) {
      return;
    }
    boolean completed = false;
    for (int round = 0; round < 3 && !completed; round++) {
      upload(spec);
      int whim = random.nextInt(20);
      if (whim == 0) {
        return;
      }
      if (whim == 1) {
        abort(spec);
      }
      completed = complete(spec);
    }
    if (completed && random.nextInt(3) == 0) {
      afterwards(spec);
    }
  }

  private void upload(UploadSpec spec) {
    int partCount = spec.plan().partCount();
    List<Integer> numbers =
        random.nextBoolean() ? List.of() : IntStream.rangeClosed(1, partCount).boxed().toList();
    for (int i = 0; i < TRIES && mayTryAgain(calls.sign(session, spec, numbers)); i++) {
      rest();
    }
    for (SignedPart part : List.copyOf(session.signed)) {
      String etag = null;
      for (int i = 0; i < 2 && etag == null; i++) {
        etag = calls.put(part);
      }
      if (etag != null && random.nextBoolean()) {
        report(spec, part.number(), etag);
      }
    }
    if (session.signed.size() > partCount) {
      session.signed.subList(0, session.signed.size() - partCount).clear();
    }
  }

  private void report(UploadSpec spec, int number, String etag) {
    String said = etag;
    if (world.weather.strikes(Fault.REPORT_LIES, 0.5)) {
      said = "a lie";
    } else if (random.nextInt(4) == 0) {
      said = "";
    }
    boolean again = mayTryAgain(calls.report(session, spec, number, said));
    if (again || world.weather.strikes(Fault.REPORT_TWICE, 0.5)) {
      calls.report(session, spec, number, said);
    }
  }

  private boolean complete(UploadSpec spec) {
    for (int i = 0; i < TRIES; i++) {
      Answer<Upload> answer = calls.complete(session, spec, deadline());
      if (answer.value() != null) {
        return true;
      }
      if (answer.is(Reason.PARTS_MISSING) || answer.is(Reason.PART_MISMATCH)) {
        return false;
      }
      if (!mayTryAgain(answer)) {
        return true;
      }
      rest();
    }
    return false;
  }

  private void abort(UploadSpec spec) {
    for (int i = 0; i < 2 && mayTryAgain(calls.abort(session, spec)); i++) {
      rest();
    }
  }

  private void afterwards(UploadSpec spec) {
    calls.get(session.caller, spec.id());
    calls.complete(session, spec, deadline());
    calls.report(session, spec, 1, "");
    List.copyOf(session.signed).forEach(calls::put);
  }

  private Duration deadline() {
    return random.nextInt(4) == 0 ? Duration.ofMillis(500) : Duration.ofMinutes(2);
  }

  private static boolean mayTryAgain(Answer<?> answer) {
    return answer.isWorthAnotherTry();
  }

  private void rest() {
    world.scheduler.pause(Duration.ofMillis(100L << random.nextInt(12)));
  }
}
