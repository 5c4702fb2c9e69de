package io.waybill.server.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import io.waybill.server.upload.Reason;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** How a call failed, as its caller sees it. */
public record Failures(Status status, Metadata trailers) {
  private static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoLiteUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  /** The failure of a call that has to fail. */
  public static Failures of(ThrowingCallable call) {
    return of(catchThrowableOfType(StatusRuntimeException.class, call));
  }

  public static Failures of(StatusRuntimeException e) {
    assertThat(e).as("the call succeeded").isNotNull();
    Metadata trailers = e.getTrailers();
    return new Failures(e.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  /** Asserts the reason and, by the contract's table, its code. */
  Failures hasReason(Reason reason) {
    assertThat(info().getReason()).as(status.toString()).isEqualTo(reason.name());
    assertThat(status.getCode()).isEqualTo(new Contract().codes().get(reason));
    return this;
  }

  Failures has(String variable, String value) {
    assertThat(info().getMetadataMap()).containsEntry(variable, value);
    return this;
  }

  Failures mayBeRetried(boolean expected) {
    assertThat(detail(RetryInfo.class).isPresent()).isEqualTo(expected);
    return this;
  }

  Failures isBare(Code code) {
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(detail(ErrorInfo.class)).isEmpty();
    return this;
  }

  public ErrorInfo info() {
    return detail(ErrorInfo.class).orElseThrow(() -> new AssertionError("no ErrorInfo: " + status));
  }

  /** The fields that are wrong, in order. */
  public List<String> fields() {
    return detail(BadRequest.class)
        .orElse(BadRequest.getDefaultInstance())
        .getFieldViolationsList()
        .stream()
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }

  public <M extends Message> Optional<M> detail(Class<M> type) {
    return detail(trailers, type);
  }

  static <M extends Message> Optional<M> detail(Metadata trailers, Class<M> type) {
    com.google.rpc.Status details = trailers.get(DETAILS);
    if (details == null) {
      return Optional.empty();
    }
    return details.getDetailsList().stream()
        .filter(any -> any.is(type))
        .map(any -> unpack(any, type))
        .findFirst();
  }

  private static <M extends Message> M unpack(Any any, Class<M> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** All that the caller gets: code, message and trailers. */
  public byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes((status.getCode() + ":" + status.getDescription()).getBytes(UTF_8));
    for (byte[] part : InternalMetadata.serialize(trailers)) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  public int wireBytes() {
    return wireBytes(status, trailers);
  }

  /** What the trailers weigh on the wire, as HTTP/2 counts header lists. */
  static int wireBytes(Status status, Metadata trailers) {
    int bytes = ":status200content-typeapplication/grpcgrpc-status13grpc-message".length() + 4 * 32;
    String message = status.getDescription();
    if (message != null) {
      bytes += URLEncoder.encode(message, UTF_8).length();
    }
    byte[][] serialized = InternalMetadata.serialize(trailers);
    for (int i = 0; i < serialized.length; i += 2) {
      boolean binary = new String(serialized[i], US_ASCII).endsWith("-bin");
      int value = serialized[i + 1].length;
      bytes += serialized[i].length + 32 + (binary ? (value + 2) / 3 * 4 : value);
    }
    return bytes;
  }
}
