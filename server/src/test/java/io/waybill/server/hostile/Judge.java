package io.waybill.server.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.rpc.ErrorInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.waybill.server.grpc.Contract;
import io.waybill.server.grpc.Failures;
import io.waybill.server.upload.Reason;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a refusal has to be: in the contract, for the right reason, and of nothing inside. */
final class Judge {
  private static final int MAX_TRAILERS_BYTES = 8 << 10;

  /** Statuses from below the service, which carry nothing (error.proto). */
  private static final Set<Code> BARE = EnumSet.of(Code.RESOURCE_EXHAUSTED, Code.UNIMPLEMENTED);

  private final Contract contract = new Contract();
  private final List<String> insides;

  /**
   * @param secrets what belongs to this server alone: folders, endpoints, keys
   */
  Judge(List<String> secrets) {
    insides =
        Words.all(
            secrets,
            List.of(
                "exception",
                ".java:",
                "java.",
                "io.waybill",
                "io.grpc",
                "at com.",
                "sqlite",
                "select ",
                "jdbc",
                "nullpointer",
                "x-amz-signature"));
  }

  /** What is wrong with the answer; empty where nothing is. */
  Optional<String> complaint(HostileCall call, Throwable thrown) {
    if (!(thrown instanceof StatusRuntimeException e)) {
      return Optional.of(call + ": " + thrown);
    }
    Failures failure = Failures.of(e);
    Code code = failure.status().getCode();
    ErrorInfo info = failure.detail(ErrorInfo.class).orElse(null);
    if (info == null) {
      boolean bare = BARE.contains(code) && call.reasons().isEmpty();
      return bare ? Optional.empty() : Optional.of(call + ": bare " + failure.status());
    }
    Reason reason = Reason.valueOf(info.getReason());
    if (!call.reasons().contains(reason)) {
      return Optional.of(call + ": " + reason + ", not " + call.reasons());
    }
    if (contract.of(call.rpc()).get(reason) != code) {
      return Optional.of(call + ": the contract has no " + code + " / " + reason);
    }
    if (failure.wireBytes() > MAX_TRAILERS_BYTES) {
      return Optional.of(call + ": trailers of " + failure.wireBytes() + " bytes");
    }
    return inside(call, failure).map(word -> call + ": tells of " + word);
  }

  /** Something of the server's insides that the caller has not said himself. */
  private Optional<String> inside(HostileCall call, Failures failure) {
    String said = call.message().toStringUtf8().toLowerCase(Locale.ROOT);
    String told = new String(failure.bytes(), ISO_8859_1).toLowerCase(Locale.ROOT);
    return insides.stream()
        .map(word -> word.toLowerCase(Locale.ROOT))
        .filter(word -> told.contains(word) && !said.contains(word))
        .findFirst();
  }
}
