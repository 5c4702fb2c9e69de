package io.waybill.server.s3.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What happens to one request on its way, or to its reply. */
enum Fault {
  /** The connection breaks without a word. */
  CUT,
  /** It breaks in the middle of the reply. */
  CUT_IN_REPLY,
  INTERNAL_ERROR,
  SLOW_DOWN,
  /** A success by its status, and an error by its body. */
  ERROR_UNDER_200,
  EMPTY_200,
  /** A whole reply, but half a document. */
  TRUNCATED_XML,
  /** Nothing comes, for longer than the client waits. */
  DELAY,
  NOT_FOUND,
  CONFLICT,
  PRECONDITION_FAILED,
  /** The request reaches S3 only when the client has given it up. */
  LANDS_LATE;

  private static final Set<Fault> OF_ANY =
      EnumSet.of(CUT, CUT_IN_REPLY, INTERNAL_ERROR, SLOW_DOWN, ERROR_UNDER_200, EMPTY_200, DELAY);

  /** The faults that an operation can meet. */
  static Set<Fault> of(Operation operation) {
    Set<Fault> faults = EnumSet.copyOf(OF_ANY);
    if (operation.answersXml()) {
      faults.add(TRUNCATED_XML);
    }
    switch (operation) {
      case CREATE_MULTIPART_UPLOAD -> faults.add(LANDS_LATE);
      case COMPLETE_MULTIPART_UPLOAD ->
          faults.addAll(EnumSet.of(NOT_FOUND, CONFLICT, PRECONDITION_FAILED, LANDS_LATE));
      case LIST_PARTS -> faults.add(NOT_FOUND);
      case ABORT_MULTIPART_UPLOAD -> faults.addAll(EnumSet.of(NOT_FOUND, LANDS_LATE));
      case DELETE_OBJECT -> faults.add(LANDS_LATE);
      default -> {}
    }
    return faults;
  }

  /** Whether the client learns of it by waiting. */
  boolean stalls() {
    return this == DELAY || this == LANDS_LATE;
  }

  /** Whether the connection is of no use afterwards. */
  boolean breaks() {
    return this == CUT || this == CUT_IN_REPLY || stalls();
  }

  /**
   * What the client gets to read.
   *
   * @param honest what S3 answered; empty where it was never asked
   */
  byte[] reply(Operation operation, Optional<HttpMessage> honest) {
    return switch (this) {
      case CUT, DELAY, LANDS_LATE -> new byte[0];
      case CUT_IN_REPLY -> torn(honest.orElseGet(() -> posed(operation)));
      case TRUNCATED_XML -> ok(operation, half(honest.orElseGet(() -> posed(operation)).body()));
      case EMPTY_200 -> ok(operation, new byte[0]);
      case ERROR_UNDER_200 -> ok(operation, error("InternalError").getBytes(UTF_8));
      case INTERNAL_ERROR -> refusal(operation, "500 Internal Server Error", "InternalError");
      case SLOW_DOWN -> refusal(operation, "503 Slow Down", "SlowDown");
      case NOT_FOUND -> refusal(operation, "404 Not Found", "NoSuchUpload");
      case CONFLICT -> refusal(operation, "409 Conflict", "ConditionalRequestConflict");
      case PRECONDITION_FAILED ->
          refusal(operation, "412 Precondition Failed", "PreconditionFailed");
    };
  }

  /** A reply as S3 might have begun it. */
  private static HttpMessage posed(Operation operation) {
    String root = operation.replyElement();
    String body =
        root.isEmpty()
            ? ""
            : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s><Bucket>b</Bucket><Key>k</Key></%s>"
                .formatted(root, root);
    byte[] bytes = body.getBytes(UTF_8);
    return new HttpMessage(head("200 OK", bytes.length), bytes);
  }

  private static byte[] torn(HttpMessage reply) {
    byte[] all = reply.bytes();
    boolean bare = reply.body().length == 0;
    int kept = bare ? all.length / 2 : reply.head().length + reply.body().length / 2;
    return Arrays.copyOf(all, kept);
  }

  private static byte[] half(byte[] body) {
    return Arrays.copyOf(body, body.length / 2);
  }

  private static byte[] ok(Operation operation, byte[] body) {
    return whole(operation, "200 OK", body);
  }

  private static byte[] refusal(Operation operation, String status, String code) {
    return whole(operation, status, error(code).getBytes(UTF_8));
  }

  private static byte[] whole(Operation operation, String status, byte[] body) {
    byte[] head = head(status, body.length);
    // HEAD tells of a body, and has none.
    byte[] sent = operation == Operation.HEAD_OBJECT ? new byte[0] : body;
    return new HttpMessage(head, sent).bytes();
  }

  private static byte[] head(String status, int length) {
    return "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
        .formatted(status, length)
        .getBytes(UTF_8);
  }

  private static String error(String code) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code>".formatted(code)
        + "<Message>the wire says so</Message><RequestId>WIRE</RequestId></Error>";
  }
}
