package io.waybill.server.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListPartsResponse;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ListUploadsResponse;
import io.waybill.v1.Part;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import io.waybill.v1.UploadState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lists in pages, each beginning where the one before ended. */
class PagesTest {
  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @Test
  void listsUploadsNewestFirst() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      made.add(0, start(Requests.start(i)));
    }
    waybill.stub("other").startUpload(Requests.start(1).build());

    List<String> listed = new ArrayList<>();
    ListUploadsRequest.Builder request = ListUploadsRequest.newBuilder().setPageSize(3);
    do {
      ListUploadsResponse page = waybill.stub().listUploads(request.build());
      page.getUploadsList().forEach(upload -> listed.add(upload.getUploadId()));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());

    assertThat(listed).isEqualTo(made);
  }

  @Test
  void filtersUploads() {
    String first = start(Requests.start(1).setDestination("exact").setObjectKey("photos/e\u0301"));
    Timestamp before = now();
    String second = start(Requests.start(2));
    waybill.stub().abort(Requests.abort(second));

    ListUploadsRequest all = ListUploadsRequest.getDefaultInstance();
    assertThat(ids(all)).containsExactly(second, first);
    assertThat(ids(all.toBuilder().setDestination("exact"))).containsExactly(first);
    assertThat(ids(all.toBuilder().setDestination("none"))).isEmpty();
    assertThat(ids(all.toBuilder().setObjectKeyPrefix("exact/acme/photos/e\u0301")))
        .containsExactly(first);
    assertThat(ids(all.toBuilder().addStates(UploadState.UPLOAD_STATE_ABORTED)))
        .containsExactly(second);
    assertThat(ids(all.toBuilder().setCreatedAfter(before))).containsExactly(second);
    assertThat(ids(all.toBuilder().setCreatedBefore(before))).containsExactly(first);
    assertThat(waybill.stub("other").listUploads(all).getUploadsList()).isEmpty();
  }

  @Test
  void refusesATokenOfOtherFilters() {
    start(Requests.start(1));
    start(Requests.start(2));
    ListUploadsRequest request = ListUploadsRequest.newBuilder().setPageSize(1).build();
    String token = waybill.stub().listUploads(request).getNextPageToken();
    assertThat(token).isNotEmpty();
    assertThat(ids(request.toBuilder().setPageToken(token).setPageSize(9))).hasSize(1);
    for (ListUploadsRequest.Builder other :
        List.of(
            request.toBuilder().setDestination("any"),
            request.toBuilder().addStates(UploadState.UPLOAD_STATE_ACTIVE))) {
      Failures failure =
          Failures.of(() -> waybill.stub().listUploads(other.setPageToken(token).build()));
      assertThat(failure.hasReason(Reason.INVALID_REQUEST).fields()).containsExactly("page_token");
    }
  }

  @Test
  void refusesATokenOfAnotherTenantAndOnesItDidNotMake() {
    start(Requests.start(1));
    start(Requests.start(2));
    ListUploadsRequest request = ListUploadsRequest.newBuilder().setPageSize(1).build();
    String token = waybill.stub().listUploads(request).getNextPageToken();
    refusesToken(waybill.stub("other"), request, token);
    byte[] bytes = Base64.getUrlDecoder().decode(token);
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] forged = bytes.clone();
      forged[bit / 8] ^= (byte) (1 << bit % 8);
      refusesToken(waybill.stub(), request, encoded(forged));
    }
    String foreign =
        new PageTokens("another server's key, thirty-two bytes".getBytes(UTF_8))
            .encode(
                new Caller(Rig.TENANT, "x"),
                request.toBuilder().clearPageSize().build(),
                new byte[16]);
    for (String forged :
        List.of(foreign, "x", "===", "AA", encoded(new byte[33]), token + "A", "\u00e9")) {
      refusesToken(waybill.stub(), request, forged);
    }
    assertThat(ids(request.toBuilder().setPageToken(token))).hasSize(1);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static void refusesToken(
      UploadServiceBlockingStub stub, ListUploadsRequest request, String token) {
    Failures failure =
        Failures.of(() -> stub.listUploads(request.toBuilder().setPageToken(token).build()));
    assertThat(failure.hasReason(Reason.INVALID_REQUEST).fields()).containsExactly("page_token");
  }

  @Test
  void cutsAPageThatNoClientWouldTake() {
    StartUploadRequest.Builder heavy = Requests.start(1).setFilename("日".repeat(340));
    for (int i = 0; i < 30; i++) {
      heavy.putMetadata("name-" + i, "x".repeat(50));
    }
    for (int i = 0; i < 1_000; i++) {
      start(heavy.setRequestId("r" + i));
    }
    ListUploadsRequest request = ListUploadsRequest.newBuilder().setPageSize(1_000).build();

    ListUploadsResponse first = waybill.stub().listUploads(request);
    ListUploadsResponse second =
        waybill
            .stub()
            .listUploads(request.toBuilder().setPageToken(first.getNextPageToken()).build());

    assertThat(first.getSerializedSize()).isBetween(2 << 20, 3 << 20);
    assertThat(first.getUploadsCount() + second.getUploadsCount()).isEqualTo(1_000);
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void listsPartsInPages() {
    String id = start(Requests.startThreeParts());
    for (int n = 1; n <= 3; n++) {
      waybill.stub().reportPart(Requests.report(id, n, "e" + n));
      waybill.rig().objects.putPart(waybill.rig().stored(id), n);
    }
    ListPartsRequest ledger = Requests.listParts(id).setPageSize(2).build();
    assertThat(partsInPages(ledger)).isEqualTo(IntStream.rangeClosed(1, 3).boxed().toList());
    ListPartsRequest storage = Requests.listStored(id).toBuilder().setPageSize(2).build();
    assertThat(partsInPages(storage)).isEqualTo(IntStream.rangeClosed(1, 3).boxed().toList());

    String token = waybill.stub().listParts(ledger).getNextPageToken();
    Failures failure =
        Failures.of(
            () -> waybill.stub().listParts(storage.toBuilder().setPageToken(token).build()));
    assertThat(failure.hasReason(Reason.INVALID_REQUEST).fields()).containsExactly("page_token");
  }

  private List<Integer> partsInPages(ListPartsRequest request) {
    List<Integer> numbers = new ArrayList<>();
    ListPartsRequest.Builder next = request.toBuilder();
    do {
      ListPartsResponse page = waybill.stub().listParts(next.build());
      page.getPartsList().stream().map(Part::getPartNumber).forEach(numbers::add);
      next.setPageToken(page.getNextPageToken());
    } while (!next.getPageToken().isEmpty());
    return numbers;
  }

  private List<String> ids(ListUploadsRequest.Builder request) {
    return ids(request.build());
  }

  private List<String> ids(ListUploadsRequest request) {
    return waybill.stub().listUploads(request).getUploadsList().stream()
        .map(Upload::getUploadId)
        .toList();
  }

  /** Starts one, a millisecond after the one before, so that their ids have an order. */
  private String start(StartUploadRequest.Builder request) {
    waybill.rig().clock.advance(Duration.ofMillis(1));
    return waybill.stub().startUpload(request.build()).getUpload().getUploadId();
  }

  private Timestamp now() {
    waybill.rig().clock.advance(Duration.ofMillis(1));
    return ProtoTimes.timestamp(waybill.rig().clock.instant());
  }
}
