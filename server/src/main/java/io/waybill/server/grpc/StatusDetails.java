package io.waybill.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.CodedOutputStream;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a failure tells its caller beside the code. Everything is cut to a budget, because clients
 * refuse headers beyond 8 KiB (grpc-java's default) and then show none of it: the details travel in
 * base64, a third longer, and the message a second time, percent-encoded at up to three characters
 * a byte. 512 × 3 + 4,600 × 4 ÷ 3 leaves 500 bytes to the other trailers.
 */
final class StatusDetails {
  /** The {@code domain} of every ErrorInfo. */
  static final String DOMAIN = "waybill.v1";

  private static final int MAX_STATUS_BYTES = 4_600;
  private static final int MAX_MESSAGE_BYTES = 512;
  private static final int MAX_METADATA_BYTES = 2_800;

  /** Holds the hundred ranges that the domain names at the most. */
  private static final int MAX_VALUE_BYTES = 1_280;

  private static final int MAX_FIELD_BYTES = 128;
  private static final int MAX_DESCRIPTION_BYTES = 256;

  private StatusDetails() {}

  static Status of(UploadException failure) {
    Code code = ReasonCodes.of(failure.reason());
    Status.Builder status =
        Status.newBuilder()
            .setCode(code.value())
            .setMessage(Utf8.cut(failure.text(), MAX_MESSAGE_BYTES));
    ErrorInfo.Builder info = errorInfo(failure);
    List<Any> others = new ArrayList<>();
    failure
        .retryAfter()
        .map(delay -> RetryInfo.newBuilder().setRetryDelay(ProtoTimes.duration(delay)).build())
        .ifPresent(retry -> others.add(Any.pack(retry)));
    if (code == Code.FAILED_PRECONDITION) {
      others.add(Any.pack(precondition(failure)));
    }
    if (code == Code.RESOURCE_EXHAUSTED && failure.metadata().containsKey(UploadException.QUOTA)) {
      others.add(Any.pack(quotaFailure(failure)));
    }
    if (!failure.violations().isEmpty()) {
      int used = status.addAllDetails(others).build().getSerializedSize() + infoBytes(info);
      status.clearDetails();
      others.add(Any.pack(badRequest(failure.violations(), info, MAX_STATUS_BYTES - used)));
    }
    return status.addDetails(Any.pack(info.build())).addAllDetails(others).build();
  }

  private static ErrorInfo.Builder errorInfo(UploadException failure) {
    ErrorInfo.Builder info =
        ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(failure.reason().name());
    int used = 0;
    for (Map.Entry<String, String> entry : failure.metadata().entrySet()) {
      String value = Utf8.cut(entry.getValue(), MAX_VALUE_BYTES);
      used += entry.getKey().length() + Utf8.length(value) + 8;
      if (used <= MAX_METADATA_BYTES) {
        info.putMetadata(entry.getKey(), value);
      }
    }
    return info;
  }

  private static PreconditionFailure precondition(UploadException failure) {
    return PreconditionFailure.newBuilder()
        .addViolations(
            PreconditionFailure.Violation.newBuilder()
                .setType(failure.reason().name())
                .setSubject(failure.metadata().getOrDefault("upload_id", ""))
                .setDescription(Utf8.cut(failure.text(), MAX_DESCRIPTION_BYTES)))
        .build();
  }

  private static QuotaFailure quotaFailure(UploadException failure) {
    return QuotaFailure.newBuilder()
        .addViolations(
            QuotaFailure.Violation.newBuilder()
                .setSubject(
                    Utf8.cut(
                        failure.metadata().getOrDefault(UploadException.QUOTA, ""),
                        MAX_DESCRIPTION_BYTES))
                .setDescription(Utf8.cut(failure.text(), MAX_DESCRIPTION_BYTES)))
        .build();
  }

  /** As many violations as fit; where some do not, the ErrorInfo says how many there are. */
  private static BadRequest badRequest(
      List<Violation> violations, ErrorInfo.Builder info, int roomBytes) {
    BadRequest.Builder bad = BadRequest.newBuilder();
    int used = 0;
    for (Violation violation : violations) {
      BadRequest.FieldViolation next =
          BadRequest.FieldViolation.newBuilder()
              .setField(Utf8.cut(violation.field(), MAX_FIELD_BYTES))
              .setReason(violation.reason().name())
              .setDescription(Utf8.cut(violation.description(), MAX_DESCRIPTION_BYTES))
              .build();
      used += CodedOutputStream.computeMessageSize(BadRequest.FIELD_VIOLATIONS_FIELD_NUMBER, next);
      if (used > roomBytes) {
        info.putMetadata("violation_count", String.valueOf(violations.size()));
        break;
      }
      bad.addFieldViolations(next);
    }
    return bad.build();
  }

  /** What the ErrorInfo takes, with its wrapping, the BadRequest's, and a violation_count. */
  private static int infoBytes(ErrorInfo.Builder info) {
    return info.build().getSerializedSize() + 180;
  }
}
