package io.waybill.server.bench;

import io.grpc.stub.StreamObserver;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.ReportPartResponse;
import io.waybill.v1.UploadServiceGrpc;

/** What ReportPart would cost if there were nothing to do: the generated stub and gRPC alone. */
public final class EchoServer {
  private EchoServer() {}

  public static void main(String[] args) throws Exception {
    PlainServer.serve(
        new UploadServiceGrpc.UploadServiceImplBase() {
          @Override
          public void reportPart(
              ReportPartRequest request, StreamObserver<ReportPartResponse> observer) {
            observer.onNext(ReportPartResponse.getDefaultInstance());
            observer.onCompleted();
          }
        });
  }
}
