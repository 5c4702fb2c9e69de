package io.waybill.server.grpc;

import io.waybill.server.upload.Reason;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.util.Optional;

/** The domain's enums and the contract's, whose names differ by a prefix (a test holds them so). */
final class ProtoEnums {
  private ProtoEnums() {}

  static UploadState state(io.waybill.server.upload.UploadState state) {
    return UploadState.valueOf("UPLOAD_STATE_" + state.name());
  }

  static UploadMode mode(io.waybill.server.upload.UploadMode mode) {
    return UploadMode.valueOf("UPLOAD_MODE_" + mode.name());
  }

  static ChecksumAlgorithm algorithm(io.waybill.server.upload.ChecksumAlgorithm algorithm) {
    return ChecksumAlgorithm.valueOf("CHECKSUM_ALGORITHM_" + algorithm.name());
  }

  static ErrorReason reason(Reason reason) {
    return ErrorReason.valueOf("ERROR_REASON_" + reason.name());
  }

  /** Empty for UNSPECIFIED, and for a number that this version does not know. */
  static Optional<io.waybill.server.upload.UploadState> state(UploadState state) {
    return switch (state) {
      case UPLOAD_STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
      default ->
          Optional.of(
              io.waybill.server.upload.UploadState.valueOf(
                  state.name().substring("UPLOAD_STATE_".length())));
    };
  }

  /** Empty for AUTO and UNSPECIFIED. */
  static Optional<io.waybill.server.upload.UploadMode> mode(UploadMode mode) {
    return switch (mode) {
      case UPLOAD_MODE_SINGLE -> Optional.of(io.waybill.server.upload.UploadMode.SINGLE);
      case UPLOAD_MODE_MULTIPART -> Optional.of(io.waybill.server.upload.UploadMode.MULTIPART);
      case UPLOAD_MODE_UNSPECIFIED, UPLOAD_MODE_AUTO, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** Empty for UNSPECIFIED, which is not NONE: a destination may require one. */
  static Optional<io.waybill.server.upload.ChecksumAlgorithm> algorithm(
      ChecksumAlgorithm algorithm) {
    return switch (algorithm) {
      case CHECKSUM_ALGORITHM_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
      default ->
          Optional.of(
              io.waybill.server.upload.ChecksumAlgorithm.valueOf(
                  algorithm.name().substring("CHECKSUM_ALGORITHM_".length())));
    };
  }
}
