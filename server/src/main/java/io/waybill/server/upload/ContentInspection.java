package io.waybill.server.upload;

import java.util.Optional;

/**
 * Looks into a finished object, where its destination asks for it, before the session calls it
 * COMPLETED. The bytes at a key that is ours do not change, so however often this is asked, here or
 * by whoever takes the session over, it says the same.
 *
 * <p>Where the store has no tags (501), what should have got one is rejected: an operator who asks
 * for tags keeps others from what is not what it seems, and a COMPLETED upload without its tag
 * would be taken for a good one. The start-up check finds such a store, and StartUpload then takes
 * nothing there, so this is for what was under way. Any other refusal (a permission, credentials,
 * too many tags) may be lifted by the operator: the upload waits for that until its session ends.
 */
public final class ContentInspection {
  private static final System.Logger LOG = System.getLogger(ContentInspection.class.getName());

  /** The tag of an object whose content is not what was declared. */
  public static final String TAG = "waybill-content";

  public static final String TAG_VALUE = "mismatch";

  private final Destinations destinations;
  private final ObjectStore objects;
  private final ContentDetector detector;

  public ContentInspection(
      Destinations destinations, ObjectStore objects, ContentDetector detector) {
    this.destinations = destinations;
    this.objects = objects;
    this.detector = detector;
  }

  /**
   * What the content is, where that is a reason to reject it. Where the destination wants a tag, it
   * is set when this returns, or the store has no tags.
   *
   * @throws StorageException where S3 does not show its content, refuses the tag, or does not say
   *     whether it has taken it: the upload is not completed then
   */
  Optional<String> contradiction(UploadSpec spec, StoredObject object) {
    ContentCheck check =
        destinations
            .find(spec.destination())
            .map(Destination::contentCheck)
            .orElse(ContentCheck.OFF);
    if (check == ContentCheck.OFF || object.sizeBytes() == 0) {
      return Optional.empty();
    }
    byte[] start = objects.readStart(spec, object, ContentDetector.START_BYTES);
    Optional<String> detected = detector.contradiction(spec.contentType(), start);
    if (detected.isEmpty() || check == ContentCheck.REJECT) {
      return detected;
    }
    try {
      objects.tag(spec, object, TAG, TAG_VALUE);
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.UNSUPPORTED) {
        throw e;
      }
      LOG.log(
          System.Logger.Level.ERROR,
          "the content of upload "
              + spec.id()
              + " is not as declared, and the store has no tags: the upload is rejected",
          e);
      return detected;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "the content of upload {0} is {1}, not as declared: tagged",
        spec.id(),
        detected.get());
    return Optional.empty();
  }
}
