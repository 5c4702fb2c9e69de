package io.waybill.server;

import io.waybill.server.ops.Logging;
import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.TenantUsage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code usage}: what the quotas are measured by. */
@Command(
    name = "usage",
    description = {
      "Prints what tenants have in use of destinations, and their quotas. It may run beside a",
      "server.",
      "",
      "A line for each: DESTINATION TENANT open_sessions USED/QUOTA reserved_bytes USED/QUOTA.",
      ""
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "2:wrong usage, wrong configuration, or something it needs is not to be had"
    })
final class UsageCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ConfigFile file = new ConfigFile();

  @Override
  public Integer call() {
    Logging.toStandardError(Level.WARNING);
    ServerConfig config = file.load();
    Map<String, PerTenant<Quota>> quotas =
        config.destinations().stream()
            .map(DestinationConfig::policy)
            .collect(Collectors.toMap(Destination::name, Destination::quotas));
    try (JdbiUploadStore store = open(config.database())) {
      PrintWriter out = spec.commandLine().getOut();
      for (TenantUsage each : store.usages()) {
        PerTenant<Quota> known =
            quotas.getOrDefault(each.destination(), PerTenant.all(Quota.UNLIMITED));
        out.println(line(each, known.of(each.tenant())));
      }
      out.flush();
    }
    return 0;
  }

  private static JdbiUploadStore open(DatabaseConfig database) {
    try {
      return database.openBeside(Runnable::run);
    } catch (IOException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String line(TenantUsage each, Quota quota) {
    return "%s %s open_sessions %d/%s reserved_bytes %d/%s"
        .formatted(
            each.destination(),
            each.tenant(),
            each.usage().openSessions(),
            limit(quota.openSessions()),
            each.usage().reservedBytes(),
            limit(quota.reservedBytes()));
  }

  private static String limit(long limit) {
    return limit == Quota.NO_LIMIT ? "unlimited" : String.valueOf(limit);
  }
}
