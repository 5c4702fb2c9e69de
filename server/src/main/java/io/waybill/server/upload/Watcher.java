package io.waybill.server.upload;

import java.util.concurrent.CompletableFuture;

/**
 * Somebody who follows an upload. Told by one thread at a time, which none of this holds up. To who
 * is gone, nothing is told.
 */
public interface Watcher {

  /** Whether what is told now goes out, instead of lying here until what went before is taken. */
  boolean isReady();

  /** Tells how the upload stands. */
  void tell(Upload upload);

  /** Ends it: there will never be more to tell. */
  void end();

  /** Ends it for another reason. */
  void fail(Throwable why);

  /** Done when nobody listens any more, whoever has ended it. */
  CompletableFuture<Void> gone();
}
