package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes of a request are, each RPC answers in the contract's words. */
class RequestsFuzzTest {
  private static final String ID = "019b76da-a800-7bb2-92c6-ae7df9b15164";
  private static final int CALLS_PER_SERVER = 5_000;

  /** The one that does not end by itself, where its upload is there: it is left after a moment. */
  private static final String WATCH = "WatchUpload";

  private static final long MOMENT_MILLIS = 100;
  private static final long PATIENCE_MILLIS = 20_000;

  private static final List<String> RPCS =
      UploadServiceGrpc.getServiceDescriptor().getMethods().stream()
          .map(method -> String.valueOf(method.getBareMethodName()))
          .sorted()
          .toList();

  private static InProcessWaybill waybill = new InProcessWaybill();
  private static int calls;

  /** The number of the RPC, then its message. */
  static Stream<byte[]> seeds() {
    return Stream.of(
            Requests.start(1).putMetadata("k", "v").setContentType("a/b").build(),
            Requests.startThreeParts()
                .setSessionTtl(Duration.newBuilder().setSeconds(60))
                .setSignFirst(1)
                .build(),
            Requests.signMissing(ID, 1),
            Requests.report(ID, 1, "etag"),
            Requests.get(ID),
            Requests.listStored(ID),
            Requests.watch(ID).setAfterRevision(1).build(),
            ListUploadsRequest.newBuilder()
                .setDestination("any")
                .setPageToken("AAAA")
                .addStatesValue(1)
                .build())
        .flatMap(RequestsFuzzTest::toEveryRpc);
  }

  private static Stream<byte[]> toEveryRpc(Message message) {
    byte[] bytes = message.toByteArray();
    return Stream.iterate(0, i -> i < RPCS.size(), i -> i + 1)
        .map(
            rpc -> {
              byte[] data = new byte[bytes.length + 1];
              data[0] = rpc.byteValue();
              System.arraycopy(bytes, 0, data, 1, bytes.length);
              return data;
            });
  }

  @MethodSource("seeds")
  @FuzzTest
  void endInTheContractsWords(byte[] data) {
    if (data.length == 0) {
      return;
    }
    if (calls++ % CALLS_PER_SERVER == 0) { // what has been started goes with its server
      if (calls > 1) {
        waybill.close();
      }
      waybill = new InProcessWaybill();
      waybill.open();
    }
    String rpc = RPCS.get((data[0] & 0xff) % RPCS.size());
    byte[] message = Arrays.copyOfRange(data, 1, data.length);
    try {
      byte[] unused =
          ClientCalls.blockingUnaryCall(
              waybill.channel(), RawMessages.method(rpc), options(rpc), message);
    } catch (StatusRuntimeException e) {
      Code code = e.getStatus().getCode();
      assertThat(code).as(rpc + ": " + e).isNotIn(Code.INTERNAL, Code.UNKNOWN);
      if (!rpc.equals(WATCH)) {
        assertThat(code).as(rpc + " is not answered").isNotEqualTo(Code.DEADLINE_EXCEEDED);
      }
      assertThat(Failures.of(e).wireBytes()).isLessThan(8 << 10);
    }
  }

  private static CallOptions options(String rpc) {
    long millis = rpc.equals(WATCH) ? MOMENT_MILLIS : PATIENCE_MILLIS;
    return CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
  }
}
