package io.waybill.server.bench;

import io.grpc.MethodDescriptor;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignPartsResponse;
import io.waybill.v1.UploadServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls that have so many parts of one upload signed, another upload each time. */
final class Signings implements Work<SignPartsRequest, SignPartsResponse> {
  private final List<SignPartsRequest> requests = new ArrayList<>();
  private final int parts;
  private final AtomicInteger next = new AtomicInteger();

  Signings(List<String> uploads, int parts) {
    this.parts = parts;
    for (String upload : uploads) {
      SignPartsRequest.Builder request = SignPartsRequest.newBuilder().setUploadId(upload);
      for (int number = 1; number <= parts; number++) {
        request.addParts(PartToSign.newBuilder().setPartNumber(number));
      }
      requests.add(request.build());
    }
  }

  @Override
  public MethodDescriptor<SignPartsRequest, SignPartsResponse> method() {
    return UploadServiceGrpc.getSignPartsMethod();
  }

  @Override
  public SignPartsRequest next(int caller) {
    return requests.get(Math.floorMod(next.getAndIncrement(), requests.size()));
  }

  @Override
  public boolean isDone(SignPartsResponse answer) {
    return answer.getPartsCount() == parts && !answer.getTruncated();
  }
}
