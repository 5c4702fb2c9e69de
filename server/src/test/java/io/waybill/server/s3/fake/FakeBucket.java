package io.waybill.server.s3.fake;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** One bucket. One request at a time, so that all of them are atomic, as S3's are. */
final class FakeBucket {
  private final FakeObjects objects;
  private final FakeUploads uploads;
  private final Completion completion;

  FakeBucket(long minPartBytes, InstantSource clock) {
    this.objects = new FakeObjects(clock);
    this.uploads = new FakeUploads(clock);
    this.completion = new Completion(uploads, objects, minPartBytes, clock);
  }

  synchronized Answer handle(Call call) {
    return switch (call.operation()) {
      case "PutObject" -> objects.put(call);
      case "GetObject" -> objects.get(call);
      case "HeadObject" -> objects.head(call);
      case "DeleteObject" -> objects.delete(call);
      case "ListObjectsV2" -> objects.list(call);
      case "CreateMultipartUpload" -> uploads.create(call);
      case "UploadPart" -> uploads.putPart(call);
      case "AbortMultipartUpload" -> uploads.abort(call);
      case "ListParts" -> Listings.parts(call, uploads.require(call));
      case "ListMultipartUploads" -> Listings.uploads(call, uploads.all());
      case "CompleteMultipartUpload" -> completion.complete(call);
      case "PutObjectTagging" -> objects.putTags(call);
      case "GetObjectTagging" -> objects.getTags(call);
      case "GetBucketPolicy" -> throw S3Error.accessDenied();
      default -> throw new S3Error(501, "NotImplemented", "not in the fake");
    };
  }

  synchronized List<String> keys() {
    return objects.keys();
  }

  synchronized Optional<FakeObject> object(String key) {
    return objects.find(key);
  }

  synchronized void destroy(String key) {
    objects.destroy(key);
  }

  synchronized List<String> uploadIds() {
    return uploads.all().stream().map(FakeUpload::id).toList();
  }
}
