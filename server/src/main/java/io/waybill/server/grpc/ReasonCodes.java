package io.waybill.server.grpc;

import io.grpc.Status.Code;
import io.waybill.server.upload.Reason;

/** Each reason's status code, as {@code error.proto} names it. */
final class ReasonCodes {
  private ReasonCodes() {}

  static Code of(Reason reason) {
    return switch (reason) {
      case INVALID_REQUEST,
          MALFORMED_REQUEST,
          DESTINATION_UNKNOWN,
          CONTENT_TYPE_NOT_ALLOWED,
          SIZE_LIMIT_EXCEEDED,
          CHECKSUM_REQUIRED ->
          Code.INVALID_ARGUMENT;
      case UNAUTHENTICATED -> Code.UNAUTHENTICATED;
      case PERMISSION_DENIED -> Code.PERMISSION_DENIED;
      case UPLOAD_NOT_FOUND -> Code.NOT_FOUND;
      case AUTHENTICATION_UNAVAILABLE,
          UPLOAD_CREATING,
          STORAGE_UNAVAILABLE,
          STORE_UNAVAILABLE,
          SHUTTING_DOWN,
          WATCH_ENDED ->
          Code.UNAVAILABLE;
      case UPLOAD_COMPLETING,
          UPLOAD_COMPLETED,
          UPLOAD_ABORTED,
          UPLOAD_EXPIRED,
          UPLOAD_FAILED,
          PARTS_MISSING,
          PART_MISMATCH,
          SIZE_MISMATCH,
          CHECKSUM_MISMATCH,
          CONTENT_MISMATCH,
          STORAGE_UPLOAD_GONE,
          STORAGE_REFUSED ->
          Code.FAILED_PRECONDITION;
      case REQUEST_ID_REUSED, OBJECT_EXISTS -> Code.ALREADY_EXISTS;
      case PART_OUT_OF_RANGE -> Code.OUT_OF_RANGE;
      case OVERLOADED, QUOTA_EXCEEDED, RATE_LIMITED -> Code.RESOURCE_EXHAUSTED;
      case INTERNAL -> Code.INTERNAL;
    };
  }
}
