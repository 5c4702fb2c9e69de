package io.waybill.server.grpc;

import io.grpc.Channel;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * Whoever has nothing to do with the attack: signs a part, again and again, which the server does
 * on the event loops. A call that fails is the test's failure.
 */
final class GoodClient {
  private static final int DEADLINE_SECONDS = 20;

  private final UploadServiceBlockingStub stub;
  private final SignPartsRequest request;

  GoodClient(UploadServiceBlockingStub stub) {
    this.stub = stub;
    StartUploadResponse started = stub.startUpload(Requests.startThreeParts().build());
    this.request = Requests.signFirst(started.getUpload().getUploadId());
  }

  GoodClient(Channel channel) {
    this(UploadServiceGrpc.newBlockingStub(channel));
  }

  /** Calls at least so often, and then until told to stop; how long each took. */
  long[] call(int least, BooleanSupplier stop) {
    LongStream.Builder nanos = LongStream.builder();
    for (int i = 0; i < least || !stop.getAsBoolean(); i++) {
      long began = System.nanoTime();
      var unused = stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).signParts(request);
      nanos.add(System.nanoTime() - began);
    }
    return nanos.build().toArray();
  }

  static long p99Nanos(List<Long> nanos) {
    return nanos.stream().sorted().toList().get((int) (nanos.size() * 0.99));
  }
}
