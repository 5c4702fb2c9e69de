package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Reason;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.UploadServiceGrpc;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractTest {
  private final Contract contract = new Contract();

  @Test
  void everyReasonHasTheCodeThatErrorProtoNames() {
    assertThat(contract.codes()).containsOnlyKeys(Reason.values());
    for (Reason reason : Reason.values()) {
      assertThat(ReasonCodes.of(reason)).as(reason.name()).isEqualTo(contract.codes().get(reason));
    }
  }

  @Test
  void everyCommentOfAnRpcNamesTheCodeOfErrorProto() {
    UploadServiceGrpc.getServiceDescriptor()
        .getMethods()
        .forEach(
            method ->
                assertThat(contract.of(String.valueOf(method.getBareMethodName())))
                    .as(method.getFullMethodName())
                    .isNotEmpty()
                    .allSatisfy(
                        (reason, code) ->
                            assertThat(code).isEqualTo(contract.codes().get(reason))));
  }

  @Test
  void theEnumsOfTheContractAndTheDomainAgree() {
    assertSameNames("ERROR_REASON_", ErrorReason.values(), Reason.values());
    assertSameNames(
        "UPLOAD_STATE_",
        io.waybill.v1.UploadState.values(),
        io.waybill.server.upload.UploadState.values());
    assertSameNames(
        "CHECKSUM_ALGORITHM_",
        io.waybill.v1.ChecksumAlgorithm.values(),
        io.waybill.server.upload.ChecksumAlgorithm.values());
    for (Reason reason : Reason.values()) {
      assertThat(ProtoEnums.reason(reason).name()).endsWith(reason.name());
    }
    for (var state : io.waybill.server.upload.UploadState.values()) {
      assertThat(ProtoEnums.state(ProtoEnums.state(state))).hasValue(state);
    }
    for (var algorithm : io.waybill.server.upload.ChecksumAlgorithm.values()) {
      assertThat(ProtoEnums.algorithm(ProtoEnums.algorithm(algorithm))).hasValue(algorithm);
    }
    for (var mode : io.waybill.server.upload.UploadMode.values()) {
      assertThat(ProtoEnums.mode(ProtoEnums.mode(mode))).hasValue(mode);
    }
  }

  private static void assertSameNames(String prefix, Enum<?>[] proto, Enum<?>[] domain) {
    List<String> ours = Arrays.stream(domain).map(value -> prefix + value.name()).toList();
    assertThat(Arrays.stream(proto).map(Enum::name))
        .filteredOn(name -> !name.equals(prefix + "UNSPECIFIED") && !name.equals("UNRECOGNIZED"))
        .containsExactlyInAnyOrderElementsOf(ours);
  }
}
