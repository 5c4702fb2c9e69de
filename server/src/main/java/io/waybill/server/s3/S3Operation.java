package io.waybill.server.s3;

/** The requests Waybill makes of S3, by the names of S3's API. */
enum S3Operation {
  CREATE("CreateMultipartUpload"),
  PUT_PART("UploadPart"),
  LIST_PARTS("ListParts"),
  COMPLETE("CompleteMultipartUpload"),
  ABORT("AbortMultipartUpload"),
  HEAD("HeadObject"),
  LIST_UPLOADS("ListMultipartUploads"),
  LIST_OBJECTS("ListObjectsV2"),
  PUT("PutObject"),
  GET("GetObject"),
  GET_TAGS("GetObjectTagging"),
  PUT_TAGS("PutObjectTagging"),
  DELETE("DeleteObject");

  private final String apiName;

  S3Operation(String apiName) {
    this.apiName = apiName;
  }

  /** Whether it names a multipart upload, which S3 may not know (any more). */
  boolean isOfMultipartUpload() {
    return this == LIST_PARTS || this == COMPLETE || this == ABORT;
  }

  /** Whether it matters that a failed one may have had its effect. */
  boolean mayHaveHappened() {
    return this == CREATE || this == COMPLETE;
  }

  @Override
  public String toString() {
    return apiName;
  }
}
