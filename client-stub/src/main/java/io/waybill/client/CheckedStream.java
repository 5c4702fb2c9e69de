package io.waybill.client;

import java.io.IOException;

/** A source that is read once; what the upload holds of it is compared on the way past it. */
final class CheckedStream implements PartSource {

  private final PartSource source;
  private final HeldParts held;
  private final PartPlan plan;
  private long position;

  CheckedStream(PartSource source, HeldParts held, PartPlan plan) {
    this.source = source;
    this.held = held;
    this.plan = plan;
  }

  @Override
  public long sizeBytes() {
    return source.sizeBytes();
  }

  @Override
  public int partsAhead() {
    return source.partsAhead();
  }

  @Override
  public boolean isRepeatable() {
    return source.isRepeatable();
  }

  @Override
  public PartBody part(long offset, long sizeBytes) throws IOException {
    compareUpTo(offset);
    position = Math.max(position, offset + sizeBytes);
    return source.part(offset, sizeBytes);
  }

  @Override
  public boolean isUnchanged() throws IOException {
    compareUpTo(source.sizeBytes());
    return source.isUnchanged();
  }

  private void compareUpTo(long end) throws IOException {
    for (int number : held.between(position, end)) {
      try (PartBody body = source.part(plan.offset(number), plan.size(number))) {
        held.check(number, body);
      }
    }
    position = Math.max(position, end);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
