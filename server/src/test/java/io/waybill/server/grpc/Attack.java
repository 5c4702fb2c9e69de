package io.waybill.server.grpc;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a stranger may do to a server, known by name, so that he can do it in a process apart. */
enum Attack {
  RAPID_RESET(FrameAttacks::rapidReset),
  PING_FLOOD(FrameAttacks::pingFlood),
  SETTINGS_FLOOD(FrameAttacks::settingsFlood),
  CONTINUATION_FLOOD(FrameAttacks::headersThatNeverEnd),
  SLOW_HEADERS(FrameAttacks::headersThatTrickleIn),
  STALLED_HEADERS(FrameAttacks::headersThatStop),
  WINDOW_EXHAUSTION(FrameAttacks::repliesThatNobodyTakes),
  UNREAD_REPLIES(FrameAttacks::largeRepliesThatNobodyTakes),
  UNFINISHED_REQUESTS(FrameAttacks::requestsThatNeverEnd),
  OPEN_CALLS(FrameAttacks::callsWithoutAMessage),
  CONNECTION_FLOOD(target -> ConnectionAttacks.flood(target, 40, 20)),
  CONNECTION_FLOOD_FROM_ONE_ADDRESS(target -> ConnectionAttacks.flood(target, 10, 7)),
  SILENT_SOCKET(ConnectionAttacks::silence),
  SILENT_TLS(ConnectionAttacks::halfAHandshake),
  DECOMPRESSION_BOMB(CallAttacks::decompressionBomb),
  HUGE_METADATA(CallAttacks::hugeMetadata),
  FORGED_TOKENS(CallAttacks::forgedTokens);

  /** So long as on a network, an attacker who was cut off needs to be back. */
  private static final Duration PAUSE = Duration.ofMillis(20);

  @SuppressWarnings("ImmutableEnumChecker") // a method of nobody in particular
  private final Once once;

  Attack(Once once) {
    this.once = once;
  }

  /** From his first byte until he is cut off or refused. */
  @FunctionalInterface
  private interface Once {
    void against(Target target) throws IOException;
  }

  /** Returns once he was cut off or refused, or fails. */
  void once(Target target) throws IOException {
    once.against(target);
  }

  /** Attacks until stopped, once at least; how often. */
  int untilStopped(Target target, CountDownLatch stop) throws IOException, InterruptedException {
    int times = 0;
    do {
      once(target);
      times++;
    } while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    return times;
  }

  /** As it is printed. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
