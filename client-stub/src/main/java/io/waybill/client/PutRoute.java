package io.waybill.client;

import io.waybill.v1.SignedPart;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Plain HTTP goes over sockets of ours, which take half the CPU; what needs TLS or a proxy goes
 * through Java's HTTP client.
 */
final class PutRoute implements PartPut {

  private final PartPut plain;
  private final PartPut other;

  PutRoute(PartPut plain, PartPut other) {
    this.plain = plain;
    this.other = other;
  }

  @Override
  public PutReply send(SignedPart part, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException {
    return (isPlain(part.getUrl()) ? plain : other).send(part, body, onSent);
  }

  private static boolean isPlain(String url) {
    if (!url.regionMatches(true, 0, "http:", 0, 5)) {
      return false;
    }
    ProxySelector proxies = ProxySelector.getDefault();
    try {
      return proxies == null || proxies.select(URI.create(url)).equals(List.of(Proxy.NO_PROXY));
    } catch (IllegalArgumentException e) {
      return false; // Whom it goes to will say what is wrong with it.
    }
  }
}
