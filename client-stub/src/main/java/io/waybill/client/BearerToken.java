package io.waybill.client;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@code authorization: Bearer …} on every call. The only place where a token, whatever
 * supplied it, becomes a header: gRPC logs the whole value of a header that it cannot send.
 */
final class BearerToken extends CallCredentials {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** A server takes 8 KiB of headers; whatever is longer is no token. */
  static final int MAX_LENGTH = 64 << 10;

  private final Supplier<String> token;

  BearerToken(Supplier<String> token) {
    this.token = token;
  }

  /**
   * A token without the white space around it.
   *
   * @throws IllegalArgumentException if it cannot be in a header; the message has nothing of it
   */
  static String checked(@Nullable String supplied) {
    String token = supplied == null ? "" : supplied.strip();
    if (token.isEmpty()) {
      throw new IllegalArgumentException("the token is empty");
    }
    if (token.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("the token has more than 65536 characters");
    }
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        throw new IllegalArgumentException(
            "the token contains "
                + kind(c)
                + "; only visible ASCII characters are allowed, without the word Bearer");
      }
    }
    return token;
  }

  private static String kind(char c) {
    if (c == '\r' || c == '\n') {
      return "a line break";
    } else if (c == ' ' || c == '\t') {
      return "white space";
    }
    return c >= 0x80 ? "a character that is not ASCII" : "a control character";
  }

  @Override
  public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
    executor.execute(
        () -> {
          Metadata headers = new Metadata();
          try {
            headers.put(AUTHORIZATION, "Bearer " + checked(token.get()));
          } catch (Throwable e) { // an Error too: a call that is never failed would never end
            applier.fail(
                Status.UNAUTHENTICATED.withDescription("no token: " + reason(e)).withCause(e));
            return;
          }
          applier.apply(headers);
        });
  }

  private static String reason(Throwable e) {
    return Objects.requireNonNullElse(e.getMessage(), "its supplier failed");
  }
}
