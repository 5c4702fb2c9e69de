package io.waybill.server.upload;

/** How the bytes travel: by one PutObject, or by an S3 multipart upload. */
public enum UploadMode {
  SINGLE,
  MULTIPART
}
