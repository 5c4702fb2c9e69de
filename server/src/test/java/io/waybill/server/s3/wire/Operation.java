package io.waybill.server.s3.wire;

/** What a request asks of S3, read from its first line. */
enum Operation {
  CREATE_MULTIPART_UPLOAD("InitiateMultipartUploadResult"),
  UPLOAD_PART(""),
  COMPLETE_MULTIPART_UPLOAD("CompleteMultipartUploadResult"),
  ABORT_MULTIPART_UPLOAD(""),
  LIST_PARTS("ListPartsResult"),
  LIST_MULTIPART_UPLOADS("ListMultipartUploadsResult"),
  HEAD_OBJECT(""),
  GET_OBJECT(""),
  PUT_OBJECT(""),
  DELETE_OBJECT(""),
  OTHER("");

  private final String replyElement;

  Operation(String replyElement) {
    this.replyElement = replyElement;
  }

  /** Whether its reply is a document; else it is a status and headers. */
  boolean answersXml() {
    return !replyElement.isEmpty();
  }

  /** Whether it is all the same to S3 if it was asked. */
  boolean reads() {
    return this == LIST_PARTS
        || this == LIST_MULTIPART_UPLOADS
        || this == HEAD_OBJECT
        || this == GET_OBJECT;
  }

  /** The root of its reply. */
  String replyElement() {
    return replyElement;
  }

  static Operation of(HttpMessage request) {
    String[] line = request.line().split(" ", 3);
    int mark = line[1].indexOf('?');
    String query = mark < 0 ? "" : "&" + line[1].substring(mark + 1);
    boolean ofUpload = query.contains("&uploadId=");
    boolean uploads = query.matches(".*&uploads(=|&|$).*");
    return switch (line[0]) {
      case "POST" ->
          uploads ? CREATE_MULTIPART_UPLOAD : ofUpload ? COMPLETE_MULTIPART_UPLOAD : OTHER;
      case "PUT" -> ofUpload ? UPLOAD_PART : PUT_OBJECT;
      case "DELETE" -> ofUpload ? ABORT_MULTIPART_UPLOAD : DELETE_OBJECT;
      case "GET" ->
          ofUpload
              ? LIST_PARTS
              : uploads ? LIST_MULTIPART_UPLOADS : query.isEmpty() ? GET_OBJECT : OTHER;
      case "HEAD" -> HEAD_OBJECT;
      default -> OTHER;
    };
  }
}
