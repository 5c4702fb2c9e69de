package io.waybill.server.s3.fake;

/** A refusal in S3's words. */
public final class S3Error extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String words;

  public S3Error(int status, String code, String words) {
    super(code + ": " + words);
    this.status = status;
    this.code = code;
    this.words = words;
  }

  static S3Error invalidRequest(String words) {
    return new S3Error(400, "InvalidRequest", words);
  }

  static S3Error noSuchUpload() {
    return new S3Error(
        404,
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have"
            + " been aborted or completed.");
  }

  static S3Error noSuchKey() {
    return new S3Error(404, "NoSuchKey", "The specified key does not exist.");
  }

  static S3Error accessDenied() {
    return new S3Error(403, "AccessDenied", "Access Denied");
  }

  static S3Error preconditionFailed() {
    return new S3Error(
        412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  }

  /** The answer that S3 gives. */
  public Answer toAnswer() {
    Xml xml = new Xml().open("Error").text("Code", code).text("Message", words);
    return Answer.xml(status, xml.text("RequestId", "FAKE").close("Error"));
  }
}
