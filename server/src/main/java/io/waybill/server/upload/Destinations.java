package io.waybill.server.upload;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The destinations of this server, by name. */
public final class Destinations {
  private final Map<String, Destination> byName = new LinkedHashMap<>();

  public Destinations(Collection<Destination> destinations) {
    for (Destination destination : destinations) {
      if (byName.put(destination.name(), destination) != null) {
        throw new IllegalArgumentException("two destinations named " + destination.name());
      }
    }
    if (byName.isEmpty()) {
      throw new IllegalArgumentException("at least one destination");
    }
  }

  /** The one of this name; the only one there is for the empty name. */
  public Optional<Destination> find(String name) {
    if (name.isEmpty() && byName.size() == 1) {
      return Optional.of(byName.values().iterator().next());
    }
    return Optional.ofNullable(byName.get(name));
  }

  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  public Collection<Destination> all() {
    return List.copyOf(byName.values());
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
