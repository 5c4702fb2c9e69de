package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.waybill.server.auth.TestIssuer;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ListUploadsResponse;
import io.waybill.v1.UploadServiceGrpc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tokens by the thousand, each of which has to be verified to be refused. */
@Timeout(120)
class ForgedTokensIT {
  /** Twice what one connection may have waiting. More would be the attacker's own CPU, here. */
  private static final int TOKENS = 64;

  @TempDir Path folder;
  private final Random random = new Random(7);

  /** ES256 is the dearest to verify. */
  @Test
  void forgedTokensDoNotDelayWhoIsKnown() {
    try (SecuredWaybill waybill = new SecuredWaybill(folder)) {
      waybill.issuer.rotate(TestIssuer.ec("ec"));
      waybill.startPlaintext(Reflection.OFF);
      String genuine = waybill.issuer.token("acme", "waybill-uploader");
      String head = genuine.substring(0, genuine.lastIndexOf('.') + 1);
      ManagedChannel attacker = waybill.plaintext();
      GoodClient good =
          new GoodClient(waybill.stub(waybill.plaintext(), "authorization", "Bearer " + genuine));
      Attack.beside(
          good,
          "forged_tokens",
          () -> {
            List<ListenableFuture<ListUploadsResponse>> flood = new ArrayList<>();
            for (int i = 0; i < TOKENS; i++) {
              flood.add(call(attacker, head + signature()));
            }
            flood.forEach(ForgedTokensIT::refused);
          });
    }
  }

  /** Of the right length, and wrong. */
  private String signature() {
    byte[] bytes = new byte[64];
    random.nextBytes(bytes);
    bytes[0] &= 0x7f; // below the order of the curve, or it is not even looked at
    bytes[32] &= 0x7f;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static ListenableFuture<ListUploadsResponse> call(ManagedChannel channel, String token) {
    Metadata headers = new Metadata();
    headers.put(SecuredWaybill.AUTHORIZATION, "Bearer " + token);
    return UploadServiceGrpc.newFutureStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .listUploads(ListUploadsRequest.getDefaultInstance());
  }

  /** As forged, or as one too many to look at. */
  private static void refused(ListenableFuture<ListUploadsResponse> answer) {
    ExecutionException failed = catchThrowableOfType(ExecutionException.class, answer::get);
    assertThat(failed).as("it was taken").isNotNull();
    Code code =
        ((StatusRuntimeException) Objects.requireNonNull(failed.getCause())).getStatus().getCode();
    assertThat(code).isIn(Code.UNAUTHENTICATED, Code.RESOURCE_EXHAUSTED);
  }
}
