package io.waybill.server.s3;

import io.waybill.server.upload.StoreFeature;
import java.util.List;
import java.util.Map;

/**
 * What a destination's S3 was found to be.
 *
 * @param destination the destination's name
 * @param findings in the order of the questions, a line each
 * @param features what it was found to have or to lack; without those that were not found out
 */
public record StorageReport(
    String destination, List<Finding> findings, Map<StoreFeature, Boolean> features) {

  /** How grave it is. */
  public enum Severity {
    OK,
    /** It works, and the operator should know. */
    WARNING,
    /** Something that Waybill needs is not there. */
    FAILED
  }

  /**
   * One answer.
   *
   * @param line for the operator: no URL, no credential
   */
  public record Finding(Severity severity, String line) {}

  public StorageReport {
    findings = List.copyOf(findings);
    features = Map.copyOf(features);
  }

  /** Whether all is there that Waybill needs. */
  public boolean isPassed() {
    return findings.stream().noneMatch(finding -> finding.severity() == Severity.FAILED);
  }
}
