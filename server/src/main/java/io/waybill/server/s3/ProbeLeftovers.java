package io.waybill.server.s3;

import io.waybill.server.upload.Destination;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Removes the probes of checks that were killed, and nothing else: the folder, the name, the age,
 * and of an object the metadata have to be a probe's. What cannot be removed now is removed by a
 * later start.
 */
final class ProbeLeftovers {
  private final S3Client s3;
  private final Destination destination;
  private final Probe probe;
  private final InstantSource clock;

  ProbeLeftovers(S3Client s3, Destination destination, Probe probe, InstantSource clock) {
    this.s3 = s3;
    this.destination = destination;
    this.probe = probe;
    this.clock = clock;
  }

  /** Of the first page of each list, which is more than can be left. */
  void remove(
      @Nullable ListObjectsV2Response objects, @Nullable ListMultipartUploadsResponse uploads) {
    try {
      if (objects != null) {
        objects.contents().stream().filter(this::isLeft).map(S3Object::key).forEach(this::delete);
      }
      // A multipart upload shows no metadata. Where the keys are exact, a caller could have chosen
      // this one, and lost uploads are left to the lifecycle rule.
      if (uploads != null && !destination.keys().exact()) {
        uploads.uploads().forEach(this::abortIfLeft);
      }
    } catch (SdkException e) {
      return; // best effort: the next start tries again
    }
  }

  private boolean isLeft(S3Object object) {
    return object.key() != null
        && object.lastModified() != null
        && probe.isLeft(object.key(), object.lastModified(), clock);
  }

  private void delete(String key) {
    HeadObjectResponse head = s3.headObject(h -> h.bucket(destination.bucket()).key(key));
    if (Probe.isMarked(head.metadata())) {
      s3.deleteObject(
          d -> {
            d.bucket(destination.bucket()).key(key);
            if (ProbeObject.hasVersion(head)) {
              d.versionId(head.versionId());
            }
          });
    }
  }

  private void abortIfLeft(MultipartUpload upload) {
    if (upload.key() == null || upload.uploadId() == null || upload.initiated() == null) {
      return;
    }
    for (String key : ListedKeys.candidates(upload.key())) {
      if (probe.isLeft(key, upload.initiated(), clock) && isAborted(key, upload.uploadId())) {
        return;
      }
    }
  }

  /**
   * Whether it was there. What is not is tried again by a later start, for as long as it is listed.
   */
  private boolean isAborted(String key, String uploadId) {
    try {
      s3.abortMultipartUpload(a -> a.bucket(destination.bucket()).key(key).uploadId(uploadId));
      return true;
    } catch (AwsServiceException e) {
      if (e.statusCode() == 404) {
        return false;
      }
      throw e;
    }
  }
}
