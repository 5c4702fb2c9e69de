package io.waybill.client;

/**
 * How far an upload is.
 *
 * @param phase what it is doing
 * @param uploadId the session's id; empty until there is one
 * @param totalBytes the size of the whole file
 * @param confirmedBytes bytes in parts that S3 took and Waybill recorded, earlier runs included
 * @param inFlightBytes bytes of other parts that went into the network, perhaps in vain
 * @param partsDone how many parts are confirmed
 * @param partCount how many parts there are; 0 until known
 */
public record UploadProgress(
    Phase phase,
    String uploadId,
    long totalBytes,
    long confirmedBytes,
    long inFlightBytes,
    int partsDone,
    int partCount) {

  /** What an upload is doing. */
  public enum Phase {
    /** Starting or finding its session. */
    STARTING,
    /** Reading the source, to compare it with the parts that have arrived. */
    COMPARING,
    /** Sending parts. */
    UPLOADING,
    /** No new part begins until {@link UploadHandle#resume}. */
    PAUSED,
    /** Waiting for Waybill to put the object together. */
    COMPLETING,
    /** The object is there. */
    COMPLETED,
    /** It failed or was stopped. */
    FAILED
  }
}
