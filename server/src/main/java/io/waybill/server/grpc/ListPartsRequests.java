package io.waybill.server.grpc;

import com.google.protobuf.Message;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.ListParts;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.UploadId;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListPartsResponse;
import io.waybill.v1.PartSource;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Reads ListParts, and writes its reply. */
final class ListPartsRequests {
  private static final int DEFAULT_PAGE_SIZE = 1_000;
  private static final int POSITION_BYTES = Integer.BYTES;

  /**
   * Which parts.
   *
   * @param after the last part of the page before; 0 for the first page
   */
  record Ask(UploadId id, int after, int pageSize) {}

  private ListPartsRequests() {}

  static boolean asksStorage(ListPartsRequest request) {
    return request.getSource() == PartSource.PART_SOURCE_STORAGE;
  }

  static Ask read(PageTokens tokens, Caller caller, ListPartsRequest request) {
    Form form = new Form();
    UploadId id = form.uploadId(request.getUploadId());
    form.known("source", request.getSource() != PartSource.UNRECOGNIZED, request.getSourceValue());
    int pageSize = form.pageSize(request.getPageSize(), DEFAULT_PAGE_SIZE);
    int after = position(form, tokens, caller, request);
    form.check();
    return new Ask(Objects.requireNonNull(id), after, pageSize);
  }

  static ListPartsResponse reply(
      PageTokens tokens, Caller caller, ListPartsRequest request, ListParts.Page page) {
    ListPartsResponse.Builder reply = ListPartsResponse.newBuilder();
    for (Part part : page.parts()) {
      reply.addParts(PartProtos.part(page.upload().spec().plan(), part));
    }
    if (page.next() > 0) {
      byte[] position = ByteBuffer.allocate(POSITION_BYTES).putInt(page.next()).array();
      reply.setNextPageToken(tokens.encode(caller, filters(request), position));
    }
    return reply.build();
  }

  private static int position(
      Form form, PageTokens tokens, Caller caller, ListPartsRequest request) {
    if (request.getPageToken().isEmpty()) {
      return 0;
    }
    int after =
        tokens
            .decode(caller, filters(request), request.getPageToken(), POSITION_BYTES)
            .map(ByteBuffer::getInt)
            .orElse(0);
    if (after <= 0) {
      form.pageToken();
    }
    return after;
  }

  /** UNSPECIFIED is the same as LEDGER. */
  private static Message filters(ListPartsRequest request) {
    return ListPartsRequest.newBuilder()
        .setUploadId(request.getUploadId())
        .setSource(
            asksStorage(request) ? PartSource.PART_SOURCE_STORAGE : PartSource.PART_SOURCE_LEDGER)
        .build();
  }
}
