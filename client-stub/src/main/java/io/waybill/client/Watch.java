package io.waybill.client;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.Upload;
import io.waybill.v1.WatchUploadResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Follows an upload over as many streams as it takes: one that breaks, or that the server ends, is
 * taken up again where it was, on whatever server answers. Only streams that bring nothing, one
 * after the other, use up the patience; so after one of those the next asks for all: a server that
 * is there tells something, however quiet the upload is.
 */
final class Watch {
  /** Whoever renews a token needs so long until it is sent, see {@link TokenFile}. */
  private static final Duration RENEWAL = Duration.ofSeconds(1);

  private final Repeats repeats;
  private final LongFunction<Iterator<WatchUploadResponse>> rpc;

  /**
   * @param rpc opens a stream after a revision
   */
  Watch(Repeats repeats, LongFunction<Iterator<WatchUploadResponse>> rpc) {
    this.repeats = repeats;
    this.rpc = rpc;
  }

  /** Tells the listener of every new state, on this thread, and returns the terminal one. */
  Upload follow(long afterRevision, Consumer<Upload> listener) {
    long known = afterRevision;
    boolean welcome = false;
    boolean silent = false;
    int failures = 0;
    while (true) {
      try (Stream stream = new Stream(silent ? 0 : known)) {
        while (stream.hasNext()) {
          Upload upload = stream.next();
          boolean terminal = isTerminal(upload);
          if (upload.getRevision() > known || terminal) {
            known = upload.getRevision();
            listener.accept(upload);
          }
          if (terminal) {
            return upload;
          }
        }
        WaybillException failure = repeats.read(stream.failure());
        silent = !stream.hasTold() && !failure.is(ErrorReason.ERROR_REASON_WATCH_ENDED);
        welcome |= !silent;
        failures = silent ? failures + 1 : 1;
        // The token that was good has ended, and one of the next calls sends a new one.
        boolean renewed = welcome && failure.code() == Status.Code.UNAUTHENTICATED;
        boolean again = renewed || failure.isRetryable();
        if (!again || failures >= repeats.attempts(failure)) {
          throw failure;
        }
        repeats.pause(failures, renewed ? RENEWAL : Duration.ZERO, failure);
      }
    }
  }

  static boolean isTerminal(Upload upload) {
    return switch (upload.getState()) {
      case UPLOAD_STATE_COMPLETED,
          UPLOAD_STATE_ABORTED,
          UPLOAD_STATE_EXPIRED,
          UPLOAD_STATE_FAILED ->
          true;
      default -> false;
    };
  }

  /** One of them. It ends in a failure: whoever is told the terminal state asks for no more. */
  private final class Stream implements AutoCloseable {
    private final CancellableContext context = Context.current().withCancellation();
    private boolean told;
    private @Nullable Iterator<WatchUploadResponse> messages;
    private StatusRuntimeException failure =
        Status.UNAVAILABLE.withDescription("the stream ended early").asRuntimeException();

    Stream(long afterRevision) {
      Context before = context.attach(); // so that closing this ends the call
      try {
        messages = rpc.apply(afterRevision);
      } catch (StatusRuntimeException e) {
        failure = e;
      } finally {
        context.detach(before);
      }
    }

    boolean hasNext() {
      try {
        return messages != null && messages.hasNext();
      } catch (StatusRuntimeException e) {
        failure = e;
        return false;
      }
    }

    Upload next() {
      told = true;
      return repeats.answered(Objects.requireNonNull(messages).next().getUpload());
    }

    boolean hasTold() {
      return told;
    }

    StatusRuntimeException failure() {
      return failure;
    }

    @Override
    public void close() {
      context.cancel(null);
    }
  }
}
