package io.waybill.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where stores push their events to.
 *
 * @param listen the address and port; port 0 takes a free one
 * @param secretFile holds what a pusher has to know
 */
public record WebhookConfig(InetSocketAddress listen, Path secretFile) {

  static @Nullable WebhookConfig read(ConfigSection section) {
    InetSocketAddress listen = ServerConfig.address(section, section.required("listen"));
    section.required("secret_file");
    @Nullable Path secretFile = section.path("secret_file");
    boolean anywhere = section.flag("insecure_listen_anywhere", false);
    if (!listen.getAddress().isLoopbackAddress() && !anywhere) {
      section.problem(
          "listen",
          "a loopback address, behind a proxy with TLS, since the secret travels in the clear;"
              + " insecure_listen_anywhere: true listens there all the same");
    }
    section.refuseUnknownKeys();
    return secretFile == null ? null : new WebhookConfig(listen, secretFile);
  }
}
