package io.waybill.server.upload;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits, by tenant; the tenants take turns, and each one's own comes in its order. Bounded: a
 * tenant may have as much waiting as there is room left for others, so one alone can fill half of
 * it, and each that joins leaves half of what it found. Not thread-safe.
 */
public final class Turns<T> {
  private final int capacity;
  private final Map<String, Lane<T>> byTenant = new HashMap<>();
  private final Deque<Lane<T>> order = new ArrayDeque<>();
  private int size;

  private record Lane<T>(String tenant, Deque<T> waiting) {}

  /**
   * @param capacity how much may wait in all
   */
  public Turns(int capacity) {
    this.capacity = capacity;
  }

  public boolean hasRoomFor(String tenant) {
    Lane<T> lane = byTenant.get(tenant);
    return (lane == null ? 0 : lane.waiting.size()) < capacity - size;
  }

  /** Adds it whether or not there is room. */
  public void add(String tenant, T work) {
    Lane<T> lane = byTenant.get(tenant);
    if (lane == null) {
      lane = new Lane<>(tenant, new ArrayDeque<>());
      byTenant.put(tenant, lane);
      order.add(lane);
    }
    lane.waiting.add(work);
    size++;
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
        lanes.remove();
        T work = lane.waiting.remove();
        size--;
        if (lane.waiting.isEmpty()) {
          byTenant.remove(lane.tenant);
        } else {
          order.add(lane);
        }
        return work;
      }
    }
    return null;
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
