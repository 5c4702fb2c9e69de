package io.waybill.server.bench;

import io.grpc.MethodDescriptor;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.ReportPartResponse;
import io.waybill.v1.UploadServiceGrpc;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reports of parts that were not reported before. Four callers share an upload, as many as an
 * Uploader sends parts at a time; after a few of its parts they turn to another upload.
 */
final class Reports implements Work<ReportPartRequest, ReportPartResponse> {
  /** How many calls are under way at once. */
  static final int CALLERS = 256;

  private static final int CALLERS_PER_UPLOAD = 4;
  private static final int LANES = CALLERS / CALLERS_PER_UPLOAD;

  private final List<String> uploads;
  private final int firstPart;
  private final int turn;
  private final AtomicLong[] counts = new AtomicLong[LANES];

  /**
   * Reports on these uploads, of which there are 64 or more.
   *
   * @param firstPart the first part of each that is not in the ledger yet
   * @param turn how many parts of an upload are reported before the next one's
   */
  Reports(List<String> uploads, int firstPart, int turn) {
    this.uploads = uploads;
    this.firstPart = firstPart;
    this.turn = turn;
    for (int i = 0; i < LANES; i++) {
      counts[i] = new AtomicLong();
    }
  }

  @Override
  public MethodDescriptor<ReportPartRequest, ReportPartResponse> method() {
    return UploadServiceGrpc.getReportPartMethod();
  }

  @Override
  public ReportPartRequest next(int caller) {
    int lane = caller % LANES;
    int perLane = uploads.size() / LANES;
    long n = counts[lane].getAndIncrement();
    long visit = n / turn;
    int upload = (int) (visit % perLane) * LANES + lane;
    long part = firstPart + visit / perLane * turn + n % turn;
    if (part > Sessions.PARTS) {
      throw new AssertionError("too few uploads: every part is reported");
    }
    return ReportPartRequest.newBuilder()
        .setUploadId(uploads.get(upload))
        .setPartNumber((int) part)
        .setEtag("9b2cf535f27731c974343645a3985328")
        .build();
  }

  /** There is nothing in it: the ledger has to show it afterwards. */
  @Override
  public boolean isDone(ReportPartResponse answer) {
    return true;
  }
}
