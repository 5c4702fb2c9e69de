package io.waybill.server.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.ListUploads;
import io.waybill.server.upload.Names;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadState;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ListUploadsResponse;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads ListUploads, and writes its reply. */
final class ListUploadsRequests {
  private static final int DEFAULT_PAGE_SIZE = 100;
  private static final int POSITION_BYTES = 16;
  private static final int MAX_STATES = 16;

  private ListUploadsRequests() {}

  static ListUploads.Request read(PageTokens tokens, Caller caller, ListUploadsRequest request) {
    Form form = new Form();
    ListUploads.Request read =
        new ListUploads.Request(
            states(form, request),
            text(form, "destination", request.getDestination()),
            prefix(form, request.getObjectKeyPrefix()),
            time(form, "created_after", request.hasCreatedAfter(), request.getCreatedAfter()),
            time(form, "created_before", request.hasCreatedBefore(), request.getCreatedBefore()),
            position(form, tokens, caller, request),
            form.pageSize(request.getPageSize(), DEFAULT_PAGE_SIZE));
    form.check();
    return read;
  }

  /** A page; cut short where it would not fit into a client's 4 MiB. */
  static ListUploadsResponse reply(
      PageTokens tokens, Caller caller, ListUploadsRequest request, ListUploads.Page page) {
    ListUploadsResponse.Builder reply = ListUploadsResponse.newBuilder();
    UploadId last = page.next();
    UploadId previous = null;
    int used = 0;
    for (Upload upload : page.uploads()) {
      io.waybill.v1.Upload next = UploadProtos.upload(upload);
      used += CodedOutputStream.computeMessageSize(ListUploadsResponse.UPLOADS_FIELD_NUMBER, next);
      if (used > SignParts.MAX_REPLY_BYTES && previous != null) {
        last = previous;
        break;
      }
      reply.addUploads(next);
      previous = upload.id();
    }
    return last == null
        ? reply.build()
        : reply.setNextPageToken(tokens.encode(caller, filters(request), bytes(last))).build();
  }

  private static Set<UploadState> states(Form form, ListUploadsRequest request) {
    Set<UploadState> states = EnumSet.noneOf(UploadState.class);
    if (request.getStatesCount() > MAX_STATES) {
      form.add("states", "at most " + MAX_STATES + ", not " + request.getStatesCount());
      return states;
    }
    for (int i = 0; i < request.getStatesCount(); i++) {
      Optional<UploadState> state = ProtoEnums.state(request.getStates(i));
      form.known("states[" + i + "]", state.isPresent(), request.getStatesValue(i));
      state.ifPresent(states::add);
    }
    return states;
  }

  /** No name or key has a control character, and some databases fail on NUL. */
  private static @Nullable String text(Form form, String field, String given) {
    boolean control = given.chars().anyMatch(Character::isISOControl);
    if (control || Utf8.length(given) > S3Limits.MAX_KEY_BYTES) {
      form.add(field, "at most " + S3Limits.MAX_KEY_BYTES + " bytes, no control characters");
    }
    return given.isEmpty() ? null : given;
  }

  private static @Nullable String prefix(Form form, String given) {
    boolean tooLong = Utf8.length(given) > S3Limits.MAX_KEY_BYTES;
    return text(form, "object_key_prefix", tooLong ? given : Names.normal(given));
  }

  private static @Nullable Instant time(Form form, String field, boolean set, Timestamp given) {
    if (!set) {
      return null;
    }
    Instant time = ProtoTimes.instant(given).orElse(null);
    if (time == null) {
      form.add(field, "not a valid google.protobuf.Timestamp");
    }
    return time;
  }

  private static @Nullable UploadId position(
      Form form, PageTokens tokens, Caller caller, ListUploadsRequest request) {
    if (request.getPageToken().isEmpty()) {
      return null;
    }
    UploadId position =
        tokens
            .decode(caller, filters(request), request.getPageToken(), POSITION_BYTES)
            .map(bytes -> new UUID(bytes.getLong(), bytes.getLong()))
            .flatMap(uuid -> UploadId.parse(uuid.toString()))
            .orElse(null);
    if (position == null) {
      form.pageToken();
    }
    return position;
  }

  private static byte[] bytes(UploadId last) {
    UUID uuid = last.uuid();
    return ByteBuffer.allocate(POSITION_BYTES)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  private static Message filters(ListUploadsRequest request) {
    return request.toBuilder().clearPageSize().clearPageToken().build();
  }
}
