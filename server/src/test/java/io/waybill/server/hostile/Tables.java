package io.waybill.server.hostile;

import static io.waybill.server.hostile.Words.CONTROL;
import static io.waybill.server.hostile.Words.INJECTED;
import static io.waybill.server.hostile.Words.LONG;
import static io.waybill.server.hostile.Words.SQL;
import static io.waybill.server.hostile.Words.TRAVERSAL;
import static io.waybill.server.hostile.Words.UNICODE;
import static io.waybill.server.hostile.Words.WINDOWS;
import static io.waybill.server.upload.Reason.CHECKSUM_REQUIRED;
import static io.waybill.server.upload.Reason.CONTENT_TYPE_NOT_ALLOWED;
import static io.waybill.server.upload.Reason.DESTINATION_UNKNOWN;
import static io.waybill.server.upload.Reason.INVALID_REQUEST;
import static io.waybill.server.upload.Reason.PART_OUT_OF_RANGE;
import static io.waybill.server.upload.Reason.SIZE_LIMIT_EXCEEDED;
import static io.waybill.server.upload.Reason.SIZE_MISMATCH;

import com.google.protobuf.ByteString;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.StartUploadRequest;
import java.util.List;
import java.util.stream.IntStream;

/** Every field of every request, and what it must not take. */
final class Tables {
  private static final int MIN = Integer.MIN_VALUE;
  private static final int MAX = Integer.MAX_VALUE;
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;
  private static final String ID = "019b76da-a800-7bb2-92c6-ae7df9b15164";

  private static final List<String> IDS =
      Words.all(
          CONTROL,
          SQL,
          TRAVERSAL,
          UNICODE,
          WINDOWS,
          INJECTED,
          LONG,
          List.of(
              "",
              " ",
              "0",
              ID.toUpperCase(java.util.Locale.ROOT),
              ID.replace("-", ""),
              ID + " ",
              " " + ID,
              ID + "\0",
              ID + "/..",
              "{" + ID + "}",
              "urn:uuid:" + ID,
              ID.replace("-7bb2-", "-4bb2-"),
              ID.replace("-92c6-", "-12c6-"),
              "00000000-0000-0000-0000-000000000000",
              "ffffffff-ffff-ffff-ffff-ffffffffffff",
              "0-0-7000-8000-0"));

  private Tables() {}

  static List<Twist> id() {
    return new Twists().field("upload_id", IDS, INVALID_REQUEST).all();
  }

  static List<Twist> startUpload() {
    return new Twists()
        .field(
            "request_id",
            Words.all(
                CONTROL,
                SQL,
                UNICODE,
                WINDOWS,
                LONG,
                List.of("", " ", "a b", "a/b", "x".repeat(129))),
            INVALID_REQUEST)
        .field(
            "destination",
            Words.all(
                CONTROL,
                SQL,
                TRAVERSAL,
                UNICODE,
                WINDOWS,
                INJECTED,
                LONG,
                List.of("MAIN", " main", "")),
            DESTINATION_UNKNOWN)
        .field("object_key", Words.all(CONTROL, TRAVERSAL, UNICODE, LONG), INVALID_REQUEST)
        .field("object_key", Words.after("dir/", CONTROL), INVALID_REQUEST)
        .field("filename", Words.all(CONTROL, TRAVERSAL, UNICODE, WINDOWS, LONG), INVALID_REQUEST)
        .field(
            "content_type",
            Words.all(
                CONTROL,
                Words.after("text/plain", CONTROL),
                SQL,
                UNICODE,
                LONG,
                List.of("text", "text/", "/x", "text/plain;", "text/ü", "a/b c", "a/b;c", "a/b/c")),
            INVALID_REQUEST)
        .field(
            "content_type",
            List.of("text/html", "image/svg+xml", "*/*", "TEXT/HTML; charset=utf-8"),
            CONTENT_TYPE_NOT_ALLOWED)
        .field("size_bytes", List.of(Long.MIN_VALUE, -1L, -GIB, (long) MIN), INVALID_REQUEST)
        .field(
            "size_bytes",
            List.of(GIB + 1, 5 * GIB, 1L << 53, Long.MAX_VALUE, Long.MAX_VALUE - 1),
            SIZE_LIMIT_EXCEEDED)
        .field(
            "part_size_bytes",
            List.of(Long.MIN_VALUE, -1L, 1L, 5 * MIB - 1, 5 * GIB + 1, Long.MAX_VALUE),
            INVALID_REQUEST)
        .enumeration("mode", List.of(MIN, -1, 4, 99, MAX))
        .enumeration("checksum_algorithm", List.of(MIN, -1, 7, 99, MAX))
        .durations("session_ttl", Long.MIN_VALUE, -1, 0, 59, 7 * 86_400, 315_576_000_001L, MAX)
        .field("sign_first", List.of(MIN, -1, 1_001, MAX), INVALID_REQUEST)
        .change(
            "metadata",
            StartUploadRequest.Builder.class,
            Words.all(
                CONTROL,
                SQL,
                UNICODE,
                LONG,
                List.of("", "Upper", "a b", "waybill-upload-id", "waybill-x", "ü", "x".repeat(65))),
            (start, name) -> start.putMetadata((String) name, "v"),
            INVALID_REQUEST)
        .change(
            "metadata",
            StartUploadRequest.Builder.class,
            Words.all(CONTROL, UNICODE, LONG, List.of("ü", " a", "a ", "x".repeat(1_801))),
            (start, value) -> start.putMetadata("k", (String) value),
            INVALID_REQUEST)
        .change(
            "metadata",
            StartUploadRequest.Builder.class,
            List.of(33, 1_000, 20_000),
            (start, count) ->
                IntStream.range(0, (int) count).forEach(i -> start.putMetadata("k" + i, "")),
            INVALID_REQUEST)
        .all();
  }

  /** Of an upload of three parts without an algorithm. */
  static List<Twist> signParts() {
    return new Twists()
        .field("upload_id", IDS, INVALID_REQUEST)
        .field("next_missing", List.of(MIN, -1, 0, 10_001, MAX), INVALID_REQUEST)
        .durations("url_ttl", Long.MIN_VALUE, -1, 0, 3_601, 604_801, 315_576_000_001L, MAX)
        .change("parts", SignPartsRequest.Builder.class, List.of(1), Tables::part, INVALID_REQUEST)
        .change(
            "parts",
            SignPartsRequest.Builder.class,
            List.of(MIN, -1, 0, 10_001, 65_537, MAX),
            (sign, number) -> part(sign.clearNextMissing(), number),
            INVALID_REQUEST)
        .change(
            "parts",
            SignPartsRequest.Builder.class,
            List.of(4, 5, 9_999, 10_000),
            (sign, number) -> part(sign.clearNextMissing(), number),
            PART_OUT_OF_RANGE)
        .change(
            "parts",
            SignPartsRequest.Builder.class,
            List.of(1, 4, 8, 16, 32, 33, 100_000),
            (sign, length) ->
                sign.clearNextMissing()
                    .addParts(PartToSign.newBuilder().setPartNumber(1).setChecksum(bytes(length))),
            INVALID_REQUEST)
        .change(
            "parts",
            SignPartsRequest.Builder.class,
            List.of(2, 9, 10_000, 10_001, 100_000),
            (sign, times) ->
                sign.clearNextMissing()
                    .addAllParts(
                        java.util.Collections.nCopies(
                            (int) times, PartToSign.newBuilder().setPartNumber(1).build())),
            INVALID_REQUEST)
        .all();
  }

  /** Of an upload whose parts carry a CRC32. */
  static List<Twist> signCheckedParts() {
    return new Twists()
        .field("next_missing", List.of(1, 2, 10_000), INVALID_REQUEST, CHECKSUM_REQUIRED)
        .change(
            "parts",
            SignPartsRequest.Builder.class,
            List.of(0, 1, 3, 5, 8, 16, 32, 33),
            (sign, length) ->
                sign.clearNextMissing()
                    .addParts(PartToSign.newBuilder().setPartNumber(1).setChecksum(bytes(length))),
            INVALID_REQUEST,
            CHECKSUM_REQUIRED)
        .all();
  }

  /** Of an upload of three parts, of 8, 8 and 4 MiB, without an algorithm. */
  static List<Twist> reportPart() {
    return new Twists()
        .field("upload_id", IDS, INVALID_REQUEST)
        .field("part_number", List.of(MIN, -1, 0, 10_001, 65_537, MAX), INVALID_REQUEST)
        .field("part_number", List.of(4, 5, 9_999, 10_000), PART_OUT_OF_RANGE)
        .field(
            "etag",
            Words.all(
                CONTROL, UNICODE, LONG, List.of("é", "x".repeat(129), "\"" + "x".repeat(129))),
            INVALID_REQUEST)
        .field(
            "size_bytes",
            List.of(
                Long.MIN_VALUE,
                -1L,
                0L,
                1L,
                8 * MIB - 1,
                8 * MIB + 1,
                20 * MIB,
                1L << 53,
                Long.MAX_VALUE),
            SIZE_MISMATCH)
        .lengths("checksum", List.of(1, 4, 8, 16, 32, 33, 1_000, 100_000), INVALID_REQUEST)
        .all();
  }

  static List<Twist> listUploads() {
    return new Twists()
        .enumeration("states", List.of(MIN, -1, 0, 8, 99, MAX))
        .field("destination", Words.all(CONTROL, LONG), INVALID_REQUEST)
        .field("object_key_prefix", Words.all(CONTROL, LONG), INVALID_REQUEST)
        .timestamps("created_after")
        .timestamps("created_before")
        .field("page_size", List.of(MIN, -1, 1_001, MAX), INVALID_REQUEST)
        .all();
  }

  static List<Twist> listParts() {
    return new Twists()
        .field("upload_id", IDS, INVALID_REQUEST)
        .enumeration("source", List.of(MIN, -1, 3, 99, MAX))
        .field("page_size", List.of(MIN, -1, 1_001, MAX), INVALID_REQUEST)
        .all();
  }

  static List<Twist> watchUpload() {
    return new Twists()
        .field("upload_id", IDS, INVALID_REQUEST)
        .field("after_revision", List.of(Long.MIN_VALUE, -1L), INVALID_REQUEST)
        .all();
  }

  static List<Twist> pageTokens(List<String> forged) {
    return new Twists()
        .field(
            "page_token",
            Words.all(forged, CONTROL, SQL, TRAVERSAL, UNICODE, WINDOWS, INJECTED, LONG),
            INVALID_REQUEST)
        .all();
  }

  private static void part(SignPartsRequest.Builder sign, Object number) {
    sign.addParts(PartToSign.newBuilder().setPartNumber((int) number));
  }

  private static ByteString bytes(Object length) {
    return ByteString.copyFrom(new byte[(int) length]);
  }
}
