package io.waybill.server.bench;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * What is measured, and what it should be. The names are the lower case of these in the lines
 * {@code bench <name> <value>}.
 */
enum Figure {
  SIGN_VS_S3PRESIGNER("CPU per URL, S3Presigner ÷ ours", Bound.AT_LEAST, 35),
  SIGN_TOKEN_VS_S3PRESIGNER("the same with a 1 KiB session token", Bound.AT_LEAST, 60),
  SIGN_VS_HMAC("CPU per URL, ours ÷ one HMAC of 150 bytes", Bound.AT_MOST, 2.0),
  SIGNPARTS1000_CPU_VS_S3PRESIGNER(
      "server CPU per SignParts of 1,000, S3Presigner ÷ ours", Bound.AT_LEAST, 20),
  SIGNPARTS100_VS_CONSTANT(
      "server CPU per SignParts of 100, ours ÷ constant URLs", Bound.AT_MOST, 2.2),
  REPORT_VS_ECHO("ReportPart ÷ an empty RPC, calls per second", Bound.AT_LEAST, 0.30),
  REPORT_VS_NAIVE("ReportPart ÷ a transaction per call, calls per second", Bound.AT_LEAST, 8),
  REPORT_P99_VS_ECHO_P99("ReportPart ÷ an empty RPC, 99th percentile", Bound.AT_MOST, 3),
  REPORT_PG_VS_ECHO(
      "ReportPart on PostgreSQL ÷ an empty RPC, calls per second", Bound.AT_LEAST, 0.25),
  REPORT_PG2_VS_PG1(
      "ReportPart on PostgreSQL, two replicas ÷ one on one machine", Bound.AT_LEAST, 0.8),
  REPORT_GROWTH("cost of a report, 10 million rows ÷ 100,000", Bound.AT_MOST, 1.5),
  START_GROWTH("StartUpload in the database, a million sessions ÷ 10,000", Bound.AT_MOST, 1.5),
  SERVER_HEAP_MIB("smallest -Xmx under load, 10,000 open sessions, MiB", Bound.AT_MOST, 64),
  UPLOAD_VS_TRANSFERMANAGER("throughput, Uploader ÷ S3TransferManager", Bound.AT_LEAST, 1.0),
  UPLOAD_CPU_VS_TRANSFERMANAGER("client CPU, Uploader ÷ S3TransferManager", Bound.AT_MOST, 1.0),
  UPLOAD_VS_TRANSFERMANAGER_CRT("the same, S3TransferManager on C", Bound.AT_LEAST, 1.0),
  UPLOAD_CPU_VS_TRANSFERMANAGER_CRT("the same, S3TransferManager on C", Bound.AT_MOST, 1.0),
  UPLOAD_HEAP_MIB("client heap for 2 GiB, MiB", Bound.AT_MOST, 64),
  STARTUP_VS_BARE(
      "start to first durable call, ÷ a bare gRPC and SQLite server", Bound.AT_MOST, 1.6);

  private enum Bound {
    AT_LEAST("≥"),
    AT_MOST("≤");

    final String sign;

    Bound(String sign) {
      this.sign = sign;
    }
  }

  final String what;
  private final Bound bound;
  private final double reach;

  Figure(String what, Bound bound, double reach) {
    this.what = what;
    this.bound = bound;
    this.reach = reach;
  }

  boolean isReachedBy(double value) {
    return bound == Bound.AT_LEAST ? value >= reach : value <= reach;
  }

  /** Such as {@code ≥ 0.3}. */
  String wanted() {
    return bound.sign + " " + BigDecimal.valueOf(reach).stripTrailingZeros().toPlainString();
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
