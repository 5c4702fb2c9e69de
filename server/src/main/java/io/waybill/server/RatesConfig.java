package io.waybill.server;

import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Rate;

/**
 * How much tenants may ask of this server, whatever they ask of others.
 *
 * @param signatures by SignParts and sign_first
 * @param calls of every kind
 */
public record RatesConfig(PerTenant<Rate> signatures, PerTenant<Rate> calls) {

  private record Limits(Rate signatures, Rate calls) {}

  static RatesConfig read(ConfigSection section) {
    PerTenant<Limits> limits =
        TenantLimits.read(section, new Limits(Rate.UNLIMITED, Rate.UNLIMITED), RatesConfig::limits);
    return new RatesConfig(limits.map(Limits::signatures), limits.map(Limits::calls));
  }

  private static Limits limits(ConfigSection section, Limits otherwise) {
    return new Limits(
        rate(section, "signatures", otherwise.signatures()),
        rate(section, "calls", otherwise.calls()));
  }

  private static Rate rate(ConfigSection section, String what, Rate otherwise) {
    long perSecond = section.limit(what + "_per_second", otherwise.perSecond(), RatesConfig::parse);
    boolean inherited = perSecond == otherwise.perSecond();
    long burst =
        section.limit(
            what + "_burst", inherited ? otherwise.burst() : perSecond, RatesConfig::parse);
    boolean unlimited = perSecond == Rate.NO_LIMIT;
    if (unlimited != (burst == Rate.NO_LIMIT)) {
      section.problem(what + "_burst", "a number, and only with " + what + "_per_second");
      return Rate.UNLIMITED;
    }
    return new Rate(perSecond, burst);
  }

  private static long parse(String text) {
    long number = Units.parseCount(text);
    if (number < 1 || number > Rate.MOST) {
      throw new IllegalArgumentException("1 to " + Rate.MOST + ", not " + text);
    }
    return number;
  }
}
