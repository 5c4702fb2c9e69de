package io.waybill.server.upload;

/**
 * What a tenant has in use of a destination: the sum over its sessions there of what each uses,
 * which its state alone decides. So what a change of state takes and gives back is the difference
 * between two states; and since the change is a compare-and-set, it is taken and given back once.
 *
 * @param openSessions those that have not come to an end
 * @param reservedBytes the sizes, as they were planned, of all that are open or were completed
 */
public record Usage(long openSessions, long reservedBytes) {
  public static final Usage NONE = new Usage(0, 0);

  /** What one session uses. Its bytes are taken at the start, and kept if it is completed. */
  public static Usage of(UploadSpec spec, UploadState state) {
    long sessions = state.isTerminal() ? 0 : 1;
    long bytes = state.isDead() ? 0 : spec.plan().sizeBytes();
    return new Usage(sessions, bytes);
  }

  public Usage plus(Usage more) {
    return new Usage(openSessions + more.openSessions, reservedBytes + more.reservedBytes);
  }

  public Usage minus(Usage less) {
    return new Usage(openSessions - less.openSessions, reservedBytes - less.reservedBytes);
  }
}
