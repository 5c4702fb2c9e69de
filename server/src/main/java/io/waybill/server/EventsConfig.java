package io.waybill.server;

import io.waybill.server.events.SqsSettings;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where S3's events come from.
 *
 * @param queue null for none
 * @param webhook null for none
 */
public record EventsConfig(@Nullable SqsSettings queue, @Nullable WebhookConfig webhook) {

  static EventsConfig read(ConfigSection section) {
    ConfigSection webhook = section.section("webhook");
    EventsConfig events =
        new EventsConfig(
            section.isPresent() ? queue(section, webhook.isPresent()) : null,
            webhook.isPresent() ? WebhookConfig.read(webhook) : null);
    section.refuseUnknownKeys();
    return events;
  }

  private static @Nullable SqsSettings queue(ConfigSection section, boolean isOptional) {
    @Nullable URI url = section.uri("queue_url");
    String region = section.text("region", "");
    long workers = section.count("workers", SqsSettings.DEFAULT_WORKERS);
    Duration visibility =
        section.duration("visibility_timeout", SqsSettings.DEFAULT_VISIBILITY_TIMEOUT);
    if (url == null) {
      boolean isMeant =
          !region.isEmpty()
              || workers != SqsSettings.DEFAULT_WORKERS
              || !visibility.equals(SqsSettings.DEFAULT_VISIBILITY_TIMEOUT);
      if (!isOptional) {
        section.problem("queue_url", "required, unless there is a webhook");
      } else if (isMeant) {
        section.problem("queue_url", "required with region, workers or visibility_timeout");
      }
      return null;
    }
    if (region.isEmpty()) {
      section.problem("region", "required");
      return null;
    }
    return section.build(
        "", s -> new SqsSettings(url, region, (int) Math.min(workers, 1_000), visibility));
  }
}
