package io.waybill.server.s3.fake;

import io.waybill.server.s3.fake.FakeAwsS3.Personality;
import java.util.function.Function;

/** How stores other than Amazon's answer, each difference as it was seen on the wire. */
public enum KnownStore {
  AWS(s3 -> (call, honest) -> honest.get()),

  /** A proxy before the store marks ETags as weak. */
  WEAK_ETAG(s3 -> new WeakEtag()),

  /** LocalStack, and other stores like AWS's: 501 to If-Match on DELETE. */
  DELETE_IF_MATCH_501(s3 -> ConditionalDelete.isNotImplemented()),

  /** Ceph's RADOS gateway, 20.2. */
  CEPH(
      s3 ->
          EncodedKeys.unsaid()
              .over(UnknownUploads.ofCeph())
              .over(RepeatedComplete.breaks())
              .over(new CompositeOfOnePart())),

  /** OpenStack Swift, 2.38. */
  SWIFT(
      s3 ->
          EncodedKeys.said()
              .over(new NoChecksumsOnHead())
              .over(ConditionalDelete.failsForWhatWasMadeOfParts(s3))
              .over(NoTags.here())
              .over(new LateParts(s3, LateParts.Then.CONFLICT))
              .over(RepeatedComplete.isGone()));

  @SuppressWarnings("ImmutableEnumChecker") // has no state
  private final Function<FakeAwsS3, Personality> personality;

  KnownStore(Function<FakeAwsS3, Personality> personality) {
    this.personality = personality;
  }

  /** A personality of its own for this server. */
  public Personality of(FakeAwsS3 s3) {
    return personality.apply(s3);
  }
}
