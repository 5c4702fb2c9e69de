package io.waybill.server.dev;

import java.nio.file.Path;

/** What waybill-dev.jar says: where everything is, and what to paste into a terminal. */
final class Greeting {
  private static final String TEXT =
      """
      Waybill serves gRPC on %1$s (plaintext, %7$s, loopback only)
      and S3 on %2$s (bucket %3$s, access key %4$s, secret key %5$s).
      Everything is kept in %6$s. Stop with Ctrl-C.

      %8$sStart an upload of 5 bytes with its URL signed at once, send it with curl, complete it:

        grpcurl -plaintext%9$s -d '{"request_id":"'$(date +%%s)'","size_bytes":5,"sign_first":1}' %1$s waybill.v1.UploadService/StartUpload
        curl -X PUT -H 'content-type: application/octet-stream' -H 'if-none-match: *' -H 'x-amz-meta-waybill-upload-id: UPLOAD_ID' --data-binary hello 'URL'
        grpcurl -plaintext%9$s -d '{"upload_id":"UPLOAD_ID"}' %1$s waybill.v1.UploadService/Complete
        grpcurl -plaintext%9$s %1$s waybill.v1.UploadService/ListUploads

      The same with buf:

        buf curl --protocol grpc --http2-prior-knowledge%9$s -d '{"request_id":"'$(date +%%s)'","size_bytes":5,"sign_first":1}' http://%1$s/waybill.v1.UploadService/StartUpload
        buf curl --protocol grpc --http2-prior-knowledge%9$s -d '{"upload_id":"UPLOAD_ID"}' http://%1$s/waybill.v1.UploadService/Complete
        buf curl --protocol grpc --http2-prior-knowledge%9$s http://%1$s/waybill.v1.UploadService/ListUploads

      Or with Waybill's own client%10$s:

        java -jar client-stub/target/waybill-cli.jar upload --server %1$s FILE
      """;

  /** To be pasted once; for the terminal alone, and good for this process alone. */
  private static final String TOKEN =
      """
      Calls need a token. Paste this first:

        export WAYBILL_TOKEN=%s

      """;

  private static final String HEADER = " -H \"authorization: Bearer $WAYBILL_TOKEN\"";

  private Greeting() {}

  static String of(DevStack stack, Path folder) {
    boolean auth = !stack.token().isEmpty();
    return TEXT.formatted(
        stack.target(),
        stack.s3Endpoint(),
        DevStack.BUCKET,
        DevStack.ACCESS_KEY,
        DevStack.SECRET_KEY,
        folder,
        auth ? "callers by bearer token" : "no authentication",
        auth ? TOKEN.formatted(stack.token()) : "",
        auth ? HEADER : "",
        auth ? ", which reads WAYBILL_TOKEN" : "");
  }
}
