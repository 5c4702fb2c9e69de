package io.waybill.server.s3.fake;

import io.waybill.server.s3.fake.FakeAwsS3.Personality;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A store that goes on taking parts of an upload after Complete, and answers 200. Checksums are
 * verified as ever, so that other bytes under a URL with a checksum are refused. HEAD shows the
 * object as it was, whatever has become of it.
 */
public final class LateParts implements Personality {
  /** What GET then does with an object whose bytes are others now. */
  public enum Then {
    /** Nothing: the late part was stored beside the object (S3Proxy). */
    UNCHANGED,
    /** 409, since a segment is not what the manifest says (Swift). */
    CONFLICT,
    /** It ends before the first byte of the segment (Swift, where that was found too late). */
    TORN,
    /** It gives the new bytes. */
    CHANGED
  }

  private final FakeAwsS3 s3;
  private final Then then;
  private final Map<String, byte[]> parts = new ConcurrentHashMap<>();
  private final Map<String, Boolean> finished = new ConcurrentHashMap<>();

  /** By key, what was sent late for the object that is there. */
  private final Map<String, Late> late = new ConcurrentHashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Late(FakeObject object, byte[] body) {}

  public LateParts(FakeAwsS3 s3, Then then) {
    this.s3 = s3;
    this.then = then;
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    return switch (call.operation()) {
      case "UploadPart" -> putPart(call, honest.get());
      case "CompleteMultipartUpload" -> complete(call, honest.get());
      case "GetObject" -> get(call, honest.get());
      default -> honest.get();
    };
  }

  private Answer putPart(Call call, Answer answer) {
    if (answer.status() == 200) {
      parts.put(part(call), call.body());
    }
    boolean late = answer.status() == 404 && finished.containsKey(id(call));
    return late ? putLate(call) : answer;
  }

  private Answer putLate(Call call) {
    try {
      BodyCheck.verify(call);
    } catch (S3Error e) {
      return e.toAnswer();
    }
    Optional<FakeObject> object = s3.object(call.bucket(), call.key());
    if (object.isPresent() && !Arrays.equals(parts.get(part(call)), call.body())) {
      late.put(call.key(), new Late(object.get(), call.body()));
    }
    return Answer.of(200, Map.of("ETag", '"' + Sums.md5Hex(call.body()) + '"'));
  }

  private Answer complete(Call call, Answer answer) {
    if (answer.status() == 200) {
      finished.put(id(call), true);
    }
    return answer;
  }

  private Answer get(Call call, Answer answer) {
    Late sent = late.get(call.key());
    if (sent == null || !isThere(sent, call) || answer.status() >= 300) {
      return answer;
    }
    return switch (then) {
      case UNCHANGED -> answer;
      case CONFLICT -> new S3Error(409, "Conflict", "A segment is not what it was").toAnswer();
      case TORN -> Answer.TORN;
      case CHANGED -> new Answer(answer.status(), answer.headers(), sent.body());
    };
  }

  private boolean isThere(Late sent, Call call) {
    return s3.object(call.bucket(), call.key())
        .filter(now -> now.etag().equals(sent.object().etag()))
        .filter(now -> now.time().equals(sent.object().time()))
        .isPresent();
  }

  private static String id(Call call) {
    return call.parameter("uploadId").orElse("");
  }

  private static String part(Call call) {
    return id(call) + "#" + call.partNumber();
  }
}
