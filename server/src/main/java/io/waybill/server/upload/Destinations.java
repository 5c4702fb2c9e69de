package io.waybill.server.upload;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The destinations of this server, by name. */
public final class Destinations {
  private volatile Map<String, Destination> byName;

  public Destinations(Collection<Destination> destinations) {
    Map<String, Destination> all = new LinkedHashMap<>();
    for (Destination destination : destinations) {
      if (all.put(destination.name(), destination) != null) {
        throw new IllegalArgumentException("two destinations named " + destination.name());
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("at least one destination");
    }
    byName = all;
  }

  /** The one of this name; the only one there is for the empty name. */
  public Optional<Destination> find(String name) {
    Map<String, Destination> now = byName;
    if (name.isEmpty() && now.size() == 1) {
      return Optional.of(now.values().iterator().next());
    }
    return Optional.ofNullable(now.get(name));
  }

  /** From now on uploads are planned by what was found of a destination's store. */
  public synchronized void learn(String name, Map<StoreFeature, Boolean> found) {
    Map<String, Destination> next = new LinkedHashMap<>(byName);
    next.computeIfPresent(name, (same, known) -> known.with(found));
    byName = next;
  }

  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  public Collection<Destination> all() {
    return List.copyOf(byName.values());
  }

  /** Whether a session is completed without its caller; not where its destination is gone. */
  boolean completesOnEvent(Upload upload) {
    Destination destination = byName.get(upload.spec().destination());
    return destination != null && destination.completeOnEvent();
  }

  /** The one a session was made for. */
  public Destination of(Upload upload) {
    return find(upload.spec().destination())
        .orElseThrow(
            () ->
                new UploadException(
                    Reason.STORAGE_REFUSED,
                    "the upload's destination was taken out of the configuration",
                    Map.of("destination", upload.spec().destination())));
  }
}
