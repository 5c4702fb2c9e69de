package io.waybill.server.sim;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls to servers and to S3 as a caller makes them: they may fail, and their replies be lost. */
final class Calls {
  private final World world;
  private final List<String> underWay = new ArrayList<>();

  Calls(World world) {
    this.world = world;
  }

  Answer<Upload> start(Session session, StartUpload.Request request) {
    SimServer server = world.anyServer();
    if (isUnderWay("start " + request.requestId())) {
      world.weather.count(Fault.START_TWICE);
    }
    return call(
        "start " + request.requestId(),
        server,
        Fault.START_REPLY_LOST,
        () -> {
          StartUpload.Started started = server.start.execute(session.caller, request);
          world.oracle.started(session.caller.tenant(), request.requestId(), started.upload());
          if (request.equals(session.request)) {
            session.spec = started.upload().spec();
            session.signed.addAll(started.signed());
          } else {
            world.oracle.violated("I1", "another body under one request_id is taken");
          }
          return started.upload();
        });
  }

  Answer<List<SignedPart>> sign(Session session, UploadSpec spec, List<Integer> numbers) {
    SimServer server = world.anyServer();
    Duration ttl = world.random.nextBoolean() ? null : Duration.ofMinutes(1);
    return call(
        "sign " + spec.id(),
        server,
        Fault.REPLY_LOST,
        () -> {
          List<SignParts.Ask> asks = numbers.stream().map(n -> new SignParts.Ask(n, null)).toList();
          SignParts.Signed signed =
              (asks.isEmpty()
                      ? server.sign.executeNextMissing(session.caller, spec.id(), 3, ttl)
                      : server
                          .sign
                          .executeAtOnce(session.caller, spec.id(), asks, ttl)
                          .orElseGet(
                              () -> server.sign.execute(session.caller, spec.id(), asks, ttl)))
                  .toCompletableFuture()
                  .join();
          session.signed.addAll(signed.parts());
          return signed.parts();
        });
  }

  Answer<Boolean> report(Session session, UploadSpec spec, int number, String etag) {
    SimServer server = world.anyServer();
    ReportPart.Report report = new ReportPart.Report(number, etag, OptionalLong.empty(), null);
    return call(
        "report " + number + " " + spec.id(),
        server,
        Fault.REPORT_REPLY_LOST,
        () -> {
          Instant began = world.clock.instant();
          server
              .report
              .executeAtOnce(session.caller, spec.id(), report)
              .orElseGet(() -> server.report.execute(session.caller, spec.id(), report))
              .toCompletableFuture()
              .join();
          world.oracle.reported(spec, number, etag, began);
          return true;
        });
  }

  /** Leaves when the deadline has passed; the completion does not care. */
  Answer<Upload> complete(Session session, UploadSpec spec, Duration deadline) {
    SimServer server = world.anyServer();
    if (isUnderWay("complete " + spec.id())) {
      world.weather.count(Fault.COMPLETE_TWICE);
    }
    return call(
        "complete " + spec.id(),
        server,
        Fault.REPLY_LOST,
        () -> {
          world.oracle.asksComplete(spec);
          CompletableFuture<Upload> future =
              server.complete.execute(session.caller, spec.id()).toCompletableFuture();
          world.scheduler.waitFor(future::isDone, deadline);
          if (!future.isDone()) {
            world.weather.count(Fault.CALLER_LEAVES);
            return null;
          }
          Upload completed = future.join();
          world.oracle.told(session.caller.tenant(), completed, UploadState.COMPLETED);
          return completed;
        });
  }

  Answer<Upload> abort(Session session, UploadSpec spec) {
    SimServer server = world.anyServer();
    if (isUnderWay("sign " + spec.id())) {
      world.weather.count(Fault.SIGN_RACES_ABORT);
    }
    return call(
        "abort " + spec.id(),
        server,
        Fault.REPLY_LOST,
        () -> {
          Upload aborted = server.abort.execute(session.caller, spec.id());
          world.oracle.told(
              session.caller.tenant(),
              aborted,
              UploadState.ABORTED,
              UploadState.EXPIRED,
              UploadState.FAILED);
          return aborted;
        });
  }

  Answer<GetUpload.View> get(Caller caller, UploadId id) {
    SimServer server = world.anyServer();
    return call(
        "get " + id,
        server,
        Fault.REPLY_LOST,
        () -> {
          GetUpload.View view = server.get.execute(caller, id);
          world.oracle.told(caller.tenant(), view.upload());
          return view;
        });
  }

  boolean isUnderWay(String call) {
    return underWay.stream().anyMatch(other -> other.startsWith(call));
  }

  private <T> Answer<T> call(
      String name, SimServer server, Fault replyLost, Supplier<@Nullable T> work) {
    Actor self = world.scheduler.current();
    world.scheduler.yieldAt(Step.OUTSIDE);
    if (server.isDead()) {
      return new Answer<>(null, null, true);
    }
    self.server = server;
    self.callBegan = world.clock.instant();
    underWay.add(name);
    world.scheduler.trace(name);
    Answer<T> answer;
    try {
      T value = work.get();
      answer = new Answer<>(value, null, value == null);
    } catch (ServerDied died) {
      answer = new Answer<>(null, null, true);
    } catch (UploadException | CompletionException | StorageException e) {
      answer = server.isDead() ? new Answer<>(null, null, true) : refused(name, e);
    } finally {
      underWay.remove(name);
      self.server = null;
    }
    if (world.scheduler.failure() != null) {
      throw new ServerDied();
    }
    if (answer.reason() == null && !answer.lost() && world.weather.strikes(replyLost, 0.5)) {
      answer = new Answer<>(null, null, true);
    }
    if (world.trace.isOn()) {
      world.scheduler.trace(
          name
              + " = "
              + (answer.lost() ? "lost" : answer.reason() == null ? "ok" : answer.reason()));
    }
    return answer;
  }

  private <T> Answer<T> refused(String name, RuntimeException e) {
    Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    if (cause instanceof UploadException refusal && refusal.reason() != Reason.INTERNAL) {
      return new Answer<>(null, refusal.reason(), false);
    }
    if (cause instanceof InvariantViolated || cause instanceof ServerDied) {
      throw new ServerDied();
    }
    world.oracle.violated("typed errors", name + " throws " + cause);
    throw new IllegalStateException(cause);
  }

  /** An uploader's PUT. Returns the ETag; null where there is none. */
  @Nullable String put(SignedPart part) {
    world.scheduler.yieldAt(Step.OUTSIDE);
    Url url = world.urls.read(part.url());
    if (url.end().isBefore(world.clock.instant()) || world.weather.strikes(Fault.PUT_TORN)) {
      return null;
    }
    if (world.weather.strikes(Fault.PUT_UNDER_WAY, 0.5)) {
      land(url);
      return null;
    }
    String etag = putNow(url);
    return world.weather.strikes(Fault.PUT_REPLY_LOST) ? null : etag;
  }

  /** A PUT that is complete when it begins. */
  @Nullable String putNow(Url url) {
    if (url.end().isBefore(world.clock.instant())) {
      return null;
    }
    UploadState state = world.oracle.stateOf(url.spec().id());
    if (url.isSingle() && state.isDead()) {
      world.weather.count(Fault.OBJECT_LANDS_LATE);
    } else if (url.spec().overwrite() && state == UploadState.COMPLETED) {
      world.weather.count(Fault.PUT_AFTER_OVERWRITE);
    } else if (!url.isSingle() && state == UploadState.COMPLETING) {
      world.weather.count(Fault.PUT_DURING_COMPLETE);
    }
    boolean otherBytes = url.sizeBytes() > 1 && world.weather.strikes(Fault.OTHER_BYTES, 0.1);
    Url sent = otherBytes ? url.ofOtherSize() : url;
    try {
      return world.s3.put(sent, world.random.nextInt(4) > 0);
    } catch (StorageException e) {
      return null;
    }
  }

  /** A PUT that begins now and goes on for hours. */
  void land(Url url) {
    long most = world.timing.putGrace().toSeconds();
    long seconds = world.random.nextBoolean() ? most - 1 : 1 + world.random.nextLong(600);
    world.s3.later(
        Duration.ofSeconds(seconds),
        false,
        url.storageUploadId(),
        "PUT " + url.number() + " of " + url.storageUploadId(),
        () -> world.s3.land(url));
  }
}
