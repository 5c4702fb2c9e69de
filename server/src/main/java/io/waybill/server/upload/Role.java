package io.waybill.server.upload;

/** What a caller may do. Every RPC names in {@code grpc.Permission} which of these it takes. */
public enum Role {
  /** Everything with the uploads of its own tenant. */
  UPLOADER,
  /** To look at the uploads of its own tenant. */
  READER,
  /** What an uploader may, and as any tenant, which the call names. */
  ADMIN
}
