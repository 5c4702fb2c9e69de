package io.waybill.server.upload;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits, by tenant; the tenants take turns, and each one's own comes in its order. Bounded: a
 * tenant may have as much waiting as there is room left for others, so one alone can fill half of
 * it, and each that joins leaves half of what it found.
 *
 * <p>Not thread-safe. It is made of queues that are, because these allocate before they change:
 * where memory ends nothing that waits is lost.
 */
public final class Turns<T> {
  private final int capacity;
  private final Map<String, Lane<T>> byTenant = new HashMap<>();
  private final Queue<Lane<T>> order = new ConcurrentLinkedQueue<>();
  private int size;

  private static final class Lane<T> {
    final String tenant;
    final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    int size;

    Lane(String tenant) {
      this.tenant = tenant;
    }
  }

  /**
   * @param capacity how much may wait in all
   */
  public Turns(int capacity) {
    this.capacity = capacity;
  }

  public boolean hasRoomFor(String tenant) {
    Lane<T> lane = byTenant.get(tenant);
    return (lane == null ? 0 : lane.size) < capacity - size;
  }

  /** Adds it whether or not there is room. */
  public void add(String tenant, T work) {
    Lane<T> lane = byTenant.get(tenant);
    if (lane == null) {
      lane = joined(tenant);
    }
    lane.waiting.add(work);
    lane.size++;
    size++;
  }

  /** An empty lane has no turns: it is passed over, and forgotten. */
  private Lane<T> joined(String tenant) {
    Lane<T> lane = new Lane<>(tenant);
    order.add(lane);
    byTenant.put(tenant, lane);
    return lane;
  }

  /** The next tenant's oldest; null where nothing waits. */
  public @Nullable T next() {
    return next(tenant -> true);
  }

  /** The oldest of the next tenant that may have a turn; null where none that waits may. */
  public @Nullable T next(Predicate<String> mayHaveATurn) {
    for (Iterator<Lane<T>> lanes = order.iterator(); lanes.hasNext(); ) {
      Lane<T> lane = lanes.next();
      if (mayHaveATurn.test(lane.tenant)) {
        if (lane.size > 1) {
          order.add(lane);
        }
        lanes.remove();
        T work = taken(lane);
        if (work != null) {
          return work;
        }
      }
    }
    return null;
  }

  /** Whether anything waits of a tenant that may have a turn. */
  public boolean hasNext(Predicate<String> mayHaveATurn) {
    return order.stream().anyMatch(lane -> lane.size > 0 && mayHaveATurn.test(lane.tenant));
  }

  private @Nullable T taken(Lane<T> lane) {
    T work = lane.waiting.poll();
    if (work != null) {
      lane.size--;
      size--;
    }
    if (lane.size == 0) {
      byTenant.remove(lane.tenant, lane);
    }
    return work;
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public void clear() {
    byTenant.clear();
    order.clear();
    size = 0;
  }
}
