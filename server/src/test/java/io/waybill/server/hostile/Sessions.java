package io.waybill.server.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignedPart;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One tenant's uploads.
 *
 * @param active three parts, the first of them reported
 * @param checked the same with a CRC32 for every part
 */
record Sessions(String active, String checked, String aborted, String completed) {
  private static final long MIB = 1 << 20;
  private static final byte[] CONTENT =
      "hello, world".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  static Sessions open(UploadServiceBlockingStub stub) throws IOException, InterruptedException {
    String active = start(stub, parts()).getUpload().getUploadId();
    stub.reportPart(
        ReportPartRequest.newBuilder().setUploadId(active).setPartNumber(1).setEtag("e").build());
    String checked =
        start(stub, parts().setChecksumAlgorithm(ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32))
            .getUpload()
            .getUploadId();
    String aborted = start(stub, parts()).getUpload().getUploadId();
    var unused = stub.abort(AbortRequest.newBuilder().setUploadId(aborted).build());
    return new Sessions(active, checked, aborted, upload(stub));
  }

  /** The whole way of one small file, which has to work. */
  static String upload(UploadServiceBlockingStub stub) throws IOException, InterruptedException {
    StartUploadResponse started = start(stub, request(CONTENT.length).setSignFirst(1));
    SignedPart part = started.getSignedParts(0);
    HttpRequest.Builder put =
        HttpRequest.newBuilder(URI.create(part.getUrl()))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(CONTENT));
    part.getHeadersMap().forEach(put::header);
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(put.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String id = started.getUpload().getUploadId();
    var unused = stub.complete(CompleteRequest.newBuilder().setUploadId(id).build());
    return id;
  }

  List<String> all() {
    return List.of(active, checked, aborted, completed);
  }

  /** All that its owner sees of them. */
  List<ByteString> view(UploadServiceBlockingStub stub) {
    List<ByteString> view = new ArrayList<>();
    for (String id : all()) {
      view.add(
          stub.getUpload(GetUploadRequest.newBuilder().setUploadId(id).build()).toByteString());
      view.add(
          stub.listParts(ListPartsRequest.newBuilder().setUploadId(id).build()).toByteString());
    }
    return view;
  }

  static StartUploadRequest.Builder parts() {
    return request(20 * MIB).setMode(UploadMode.UPLOAD_MODE_MULTIPART);
  }

  static StartUploadRequest.Builder request(long sizeBytes) {
    return StartUploadRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDestination("main")
        .setFilename("file.bin")
        .setSizeBytes(sizeBytes);
  }

  static SignPartsRequest.Builder sign(String id) {
    return SignPartsRequest.newBuilder().setUploadId(id).setNextMissing(1);
  }

  private static StartUploadResponse start(
      UploadServiceBlockingStub stub, StartUploadRequest.Builder request) {
    return stub.startUpload(request.build());
  }
}
