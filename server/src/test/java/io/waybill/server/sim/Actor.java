package io.waybill.server.sim;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Somebody who does something: a caller, a pass of the sweeper, a completion in its bulkhead. */
final class Actor {
  final String name;
  final Carrier carrier;

  /** The server it runs on now; null while it is outside. */
  @Nullable SimServer server;

  /** Until when it sleeps. */
  Instant wakeAt = Instant.MIN;

  /** What it waits for; null for nothing. */
  @Nullable BooleanSupplier waitsFor;

  /** Since when it could have gone on. */
  Instant readySince = Instant.MIN;

  /** When its present call began. */
  Instant callBegan = Instant.MIN;

  Step at = Step.OUTSIDE;

  Actor(String name, Carrier carrier) {
    this.name = name;
    this.carrier = carrier;
  }

  boolean isDoomed() {
    return server != null && server.isDead();
  }

  boolean isRunnable(Instant now) {
    if (isDoomed()) {
      return true;
    }
    BooleanSupplier condition = waitsFor;
    boolean awake = !wakeAt.isAfter(now);
    return condition == null ? awake : awake || condition.getAsBoolean();
  }

  @Override
  public String toString() {
    return server == null ? name : name + "@" + server.name();
  }
}
