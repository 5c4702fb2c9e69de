package io.waybill.server.sim;

import java.util.ArrayList;
import java.util.List;

/** What happened, line by line; kept only while a seed is replayed. */
final class Trace {
  private final boolean on;
  private final List<String> lines = new ArrayList<>();
  private long digest;

  Trace(boolean on) {
    this.on = on;
  }

  boolean isOn() {
    return on;
  }

  void add(String line) {
    lines.add(line);
  }

  /** Cheap enough to be kept always: tells one schedule from another. */
  void mix(long value) {
    digest = digest * 0x9E3779B97F4A7C15L + value;
  }

  long digest() {
    return digest;
  }

  List<String> lines() {
    return lines;
  }
}
