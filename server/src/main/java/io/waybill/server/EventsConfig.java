package io.waybill.server;

import io.waybill.server.events.SqsSettings;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where S3's events come from.
 *
 * @param queue null for none
 */
public record EventsConfig(@Nullable SqsSettings queue) {

  static EventsConfig read(ConfigSection section) {
    @Nullable SqsSettings queue = section.isPresent() ? queue(section) : null;
    section.refuseUnknownKeys();
    return new EventsConfig(queue);
  }

  private static @Nullable SqsSettings queue(ConfigSection section) {
    section.required("queue_url");
    @Nullable URI url = section.uri("queue_url");
    String region = section.required("region");
    long workers = section.count("workers", SqsSettings.DEFAULT_WORKERS);
    Duration visibility =
        section.duration("visibility_timeout", SqsSettings.DEFAULT_VISIBILITY_TIMEOUT);
    return url == null || region.isEmpty()
        ? null
        : section.build(
            "", s -> new SqsSettings(url, region, (int) Math.min(workers, 1_000), visibility));
  }
}
