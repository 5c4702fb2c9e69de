package io.waybill.server;

import io.waybill.server.s3.S3Connection;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.ContentTypes;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.KeyTemplate;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.StoreFeatures;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A destination's policy, and how S3 is reached for it.
 *
 * @param policy what may be uploaded there
 * @param connection its S3
 * @param startupCheck what S3 is asked before the server calls itself ready
 */
public record DestinationConfig(
    Destination policy, S3Connection connection, StartupCheck startupCheck) {

  private static final Duration URL_TTL = Duration.ofMinutes(15);
  private static final Duration URL_TTL_MAX = Duration.ofHours(1);
  private static final Duration SESSION_TTL = Duration.ofHours(24);
  private static final Duration SESSION_MAX_AGE = Duration.ofDays(6);

  /**
   * Reads one entry of {@code destinations}; null where it has problems, which the section keeps.
   */
  static @Nullable DestinationConfig read(ConfigSection section) {
    String name = section.required("name");
    if (!name.isEmpty() && !name.matches("[a-z0-9][a-z0-9_-]{0,62}")) {
      section.problem("name", "1 to 63 of a-z 0-9 _ -, not " + name);
    }
    String bucket = section.required("bucket");
    @Nullable S3Connection connection = connection(section, name);
    StartupCheck check = section.choice("startup_checks", StartupCheck.ON);
    // What a check finds out is not taken for granted before, nor where there is none.
    StoreFeatures features = StoreFeatures.unknown(check != StartupCheck.OFF);
    @Nullable Destination policy = policy(section, name, bucket, features);
    section.refuseUnknownKeys();
    return policy == null || connection == null
        ? null
        : new DestinationConfig(policy, connection, check);
  }

  /**
   * All that decides which store it is and what is asked there, as text: what was found of the
   * store holds as long as this is the same. It holds no secret.
   */
  String leadingToTheStore() {
    return "endpoint=%s signing_endpoint=%s path_style=%s region=%s bucket=%s key_prefix=%s"
        .formatted(
            connection.endpoint(),
            connection.signingEndpoint(),
            connection.pathStyle(),
            connection.region(),
            policy.bucket(),
            policy.keys().prefix());
  }

  private static @Nullable S3Connection connection(ConfigSection section, String name) {
    String region = section.required("region");
    @Nullable URI endpoint = section.uri("endpoint");
    @Nullable URI signingEndpoint = section.uri("signing_endpoint");
    boolean pathStyle = section.flag("path_style", false);
    return region.isEmpty()
        ? null
        : section.build(
            "", s -> new S3Connection(name, region, endpoint, signingEndpoint, pathStyle));
  }

  private static @Nullable Destination policy(
      ConfigSection section, String name, String bucket, StoreFeatures features) {
    boolean exact = section.flag("exact_keys", false);
    String prefix = section.text("key_prefix", "");
    String template =
        section.text("key_template", exact ? KeyTemplate.DEFAULT_EXACT : KeyTemplate.DEFAULT);
    @Nullable KeyTemplate keys = section.build("", s -> new KeyTemplate(prefix, template, exact));
    List<String> types = section.texts("content_types", List.of("*/*"));
    @Nullable ContentTypes contentTypes =
        section.build("content_types", s -> new ContentTypes(types));
    long maxSize = section.size("max_size", S3Limits.MAX_OBJECT_BYTES);
    long partSize = section.size("part_size", 8 * S3Limits.MIB);
    long threshold = section.size("multipart_threshold", 100 * S3Limits.MIB);
    boolean checksumRequired = section.flag("checksum_required", false);
    boolean overwrite = section.flag("overwrite", false);
    ContentCheck contentCheck = section.choice("content_check", ContentCheck.OFF);
    Duration urlTtl = section.duration("url_ttl", URL_TTL);
    Duration urlTtlMax =
        section.duration("url_ttl_max", urlTtl.compareTo(URL_TTL_MAX) > 0 ? urlTtl : URL_TTL_MAX);
    Duration sessionTtl = section.duration("session_ttl", SESSION_TTL);
    Duration sessionMaxAge =
        section.duration(
            "session_max_age",
            sessionTtl.compareTo(SESSION_MAX_AGE) > 0 ? sessionTtl : SESSION_MAX_AGE);
    boolean completeOnEvent = section.flag("complete_on_event", false);
    PerTenant<Quota> quotas = QuotasConfig.read(section.section("quotas"));
    if (keys == null || contentTypes == null) {
      return null;
    }
    return section.build(
        "",
        s ->
            new Destination(
                name,
                bucket,
                keys,
                contentTypes,
                maxSize,
                partSize,
                threshold,
                checksumRequired,
                overwrite,
                urlTtl,
                urlTtlMax,
                sessionTtl,
                sessionMaxAge,
                contentCheck,
                features,
                quotas,
                completeOnEvent));
  }
}
