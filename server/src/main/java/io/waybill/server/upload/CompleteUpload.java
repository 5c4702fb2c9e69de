package io.waybill.server.upload;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the object out of the parts. However many callers ask at once, one assembly runs, on a
 * thread of its own bulkhead and detached from its callers; they all wait for its answer as
 * futures.
 */
public final class CompleteUpload {
  private final Sessions sessions;
  private final Assembly assembly;
  private final TenantExecutor bulkhead;
  private final Map<UploadId, CompletableFuture<Upload>> inFlight = new ConcurrentHashMap<>();

  /**
   * @param bulkhead runs the assemblies; throws what the caller is to see where it is full
   */
  public CompleteUpload(Sessions sessions, Assembly assembly, TenantExecutor bulkhead) {
    this.sessions = sessions;
    this.assembly = assembly;
    this.bulkhead = bulkhead;
  }

  /** Completes with the COMPLETED session. Cancelling the stage does not stop the assembly. */
  public CompletionStage<Upload> execute(Caller caller, UploadId id) {
    Upload upload = sessions.require(caller, id);
    return switch (upload.state()) {
      case COMPLETED -> CompletableFuture.completedFuture(upload);
      case ACTIVE, COMPLETING -> join(upload).minimalCompletionStage();
      default -> throw sessions.refusal(upload);
    };
  }

  /** Takes a completion over that was left half done; like {@link #execute}, it holds no thread. */
  CompletionStage<Upload> resume(Upload upload) {
    return join(upload).minimalCompletionStage();
  }

  /** Whether this server works on its completion. */
  boolean isUnderWay(Upload upload) {
    return inFlight.containsKey(upload.id());
  }

  private CompletableFuture<Upload> join(Upload upload) {
    CompletableFuture<Upload> mine = new CompletableFuture<>();
    CompletableFuture<Upload> other = inFlight.putIfAbsent(upload.id(), mine);
    if (other != null) {
      return other;
    }
    try {
      bulkhead.execute(upload.spec().tenant(), () -> assemble(upload, mine));
    } catch (RuntimeException | Error e) { // full, or no thread to be had: nobody must wait for it
      inFlight.remove(upload.id());
      mine.completeExceptionally(e);
    }
    return mine;
  }

  private void assemble(Upload upload, CompletableFuture<Upload> result) {
    try {
      Upload completed = assembly.assemble(upload);
      inFlight.remove(upload.id());
      result.complete(completed);
    } catch (Throwable e) {
      inFlight.remove(upload.id());
      result.completeExceptionally(e);
    }
  }
}
