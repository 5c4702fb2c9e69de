package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.waybill.server.upload.Reason;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a tenant may do in a while: "few-calls" has 2 calls a second and bursts of 3,
 * "few-signatures" 10 signatures and bursts of 20.
 */
public class RatesTest {
  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @Test
  void callsBeyondTheRateAreToldWhenToComeAgain() {
    UploadServiceBlockingStub stub = waybill.stub("few-calls");
    String id = stub.startUpload(Requests.start(5).build()).getUpload().getUploadId();
    stub.getUpload(Requests.get(id));
    stub.getUpload(Requests.get(id));

    Failures failure =
        Failures.of(() -> stub.getUpload(Requests.get(id)))
            .hasReason(Reason.RATE_LIMITED)
            .has("quota", "tenant:few-calls/calls_per_second")
            .has("limit", "2")
            .has("burst", "3")
            .has("asked", "1");
    assertThat(retryAfter(failure)).isEqualTo(Duration.ofMillis(500));
    QuotaFailure.Violation violation =
        failure.detail(QuotaFailure.class).orElseThrow().getViolations(0);
    assertThat(violation.getSubject()).isEqualTo("tenant:few-calls/calls_per_second");
    assertThat(violation.getDescription())
        .isEqualTo("the tenant has 2 calls_per_second and bursts of 3, and this call takes 1");

    waybill.rig().clock.advance(Duration.ofMillis(500));
    stub.getUpload(Requests.get(id));
  }

  @Test
  void everyKindOfCallCounts() {
    UploadServiceBlockingStub stub = waybill.stub("few-calls");
    String id = stub.startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
    stub.signParts(Requests.signMissing(id, 1));
    stub.reportPart(Requests.report(id, 1, "e"));
    Failures.of(() -> stub.reportPart(Requests.report(id, 2, "e"))).hasReason(Reason.RATE_LIMITED);
    Failures.of(() -> stub.abort(Requests.abort(id))).hasReason(Reason.RATE_LIMITED);

    waybill.stub("another").startUpload(Requests.start(5).build());
  }

  @Test
  void eachPartCostsASignature() {
    UploadServiceBlockingStub stub = waybill.stub("few-signatures");
    String id = stub.startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
    for (int i = 0; i < 6; i++) {
      assertThat(stub.signParts(Requests.signMissing(id, 10)).getPartsCount()).isEqualTo(3);
    }

    Failures failure =
        Failures.of(() -> stub.signParts(Requests.signMissing(id, 10)))
            .hasReason(Reason.RATE_LIMITED)
            .has("quota", "tenant:few-signatures/signatures_per_second")
            .has("asked", "3");
    assertThat(retryAfter(failure)).isEqualTo(Duration.ofMillis(100));
    assertThat(stub.signParts(Requests.signMissing(id, 2)).getPartsCount()).isEqualTo(2);
  }

  @Test
  void aStartWithoutSignaturesLeftIsMadeAllTheSame() {
    UploadServiceBlockingStub stub = waybill.stub("few-signatures");
    var request = Requests.startThreeParts().setSignFirst(3);
    for (int i = 0; i < 6; i++) {
      var next = request.setRequestId("r" + i).build();
      assertThat(stub.startUpload(next).getSignedPartsCount()).isEqualTo(3);
    }

    StartUploadResponse unsigned = stub.startUpload(request.setRequestId("last").build());
    assertThat(unsigned.getSignedPartsCount()).isZero();
    String id = unsigned.getUpload().getUploadId();
    Failures failure = Failures.of(() -> stub.signParts(Requests.signMissing(id, 3)));
    failure.hasReason(Reason.RATE_LIMITED);
    waybill.rig().clock.advance(retryAfter(failure));
    assertThat(stub.signParts(Requests.signMissing(id, 3)).getPartsCount()).isEqualTo(3);
  }

  private static Duration retryAfter(Failures failure) {
    var delay = failure.detail(RetryInfo.class).orElseThrow().getRetryDelay();
    return Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
  }
}
