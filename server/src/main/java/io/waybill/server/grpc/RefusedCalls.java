package io.waybill.server.grpc;

import io.waybill.server.ops.SparseLog;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.UploadException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The log of calls that were refused before they began, for who makes them or how many: who knocks
 * at the door, and why it stayed shut. Somebody whose token was verified may be "somebody" here,
 * too, where it is what else he says that was refused. It holds nothing that was not verified, and
 * not more than some lines a minute of each reason, so that nobody fills a disk by being refused.
 */
final class RefusedCalls {
  private static final System.Logger LOG = System.getLogger(RefusedCalls.class.getName());
  private static final int LINES_PER_MINUTE = 10;

  private final SparseLog lines = new SparseLog(LOG, Level.WARNING, LINES_PER_MINUTE);

  /**
   * Notes a refusal.
   *
   * @param rpc a declared one
   * @param caller null where nobody was verified
   */
  void note(String rpc, UploadException refusal, @Nullable Caller caller) {
    String problem = refusal.metadata().get("problem");
    String kind = refusal.reason() + (problem == null ? "" : " (" + problem + ")");
    lines.say(
        kind,
        () ->
            "refused: %s to %s: %s%s"
                .formatted(
                    kind,
                    caller == null ? "somebody" : caller.tenant() + "/" + caller.subject(),
                    rpc,
                    caller == null ? "" : ": " + refusal.text()));
  }
}
