package io.waybill.server.auth;

import io.waybill.server.upload.Caller;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the other end of a connection by its certificate.
 *
 * @param caller whom it stands for; null where it is mapped to nobody
 * @param notAfter when the certificate ends, which may be before the connection does
 */
public record Peer(@Nullable Caller caller, Instant notAfter) {}
