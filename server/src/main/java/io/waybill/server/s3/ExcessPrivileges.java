package io.waybill.server.s3;

import io.waybill.server.upload.Destination;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Asks for what should be refused, where it is harmless to ask. It finds what is carelessly wide,
 * such as s3:* on everything; it proves nothing of what it does not find.
 */
final class ExcessPrivileges {
  /** Of an upload that nobody has; S3 looks at the permission first. */
  private static final String NO_UPLOAD = "waybill-asks-what-is-refused";

  private final S3Client s3;
  private final Destination destination;

  ExcessPrivileges(S3Client s3, Destination destination) {
    this.s3 = s3;
    this.destination = destination;
  }

  /** What is allowed, as IAM names it. */
  List<String> find() {
    String bucket = destination.bucket();
    List<String> found = new ArrayList<>();
    if (isAllowed(s3::listBuckets, Set.of())) {
      found.add("s3:ListAllMyBuckets");
    }
    if (isAllowed(() -> s3.getBucketPolicy(g -> g.bucket(bucket)), Set.of("NoSuchBucketPolicy"))) {
      found.add("s3:GetBucketPolicy on bucket " + bucket);
    }
    String prefix = destination.keys().prefix();
    if (!prefix.isEmpty()
        && isAllowed(
            () -> s3.listParts(l -> l.bucket(bucket).key(NO_UPLOAD).uploadId(NO_UPLOAD)),
            Set.of("NoSuchUpload"))) {
      found.add("objects of bucket " + bucket + " outside of " + prefix);
    }
    return found;
  }

  private static boolean isAllowed(Runnable request, Set<String> codesOfThePermitted) {
    try {
      request.run();
      return true;
    } catch (AwsServiceException e) {
      return codesOfThePermitted.contains(S3Failures.code(e));
    } catch (SdkException e) {
      return false; // not known, and no reason to keep anything waiting
    }
  }
}
