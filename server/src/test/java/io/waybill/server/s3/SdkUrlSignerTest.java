package io.waybill.server.s3;

import io.waybill.server.upload.UrlSigner;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** That the oracle is one. */
class SdkUrlSignerTest implements UrlSignerContract {
  private final Deque<SdkUrlSigner> opened = new ArrayDeque<>();

  @Override
  public UrlSigner signer(
      S3Connection connection, AwsCredentialsProvider credentials, InstantSource clock) {
    opened.push(new SdkUrlSigner(List.of(connection), credentials));
    return opened.getFirst();
  }

  @AfterEach
  void close() {
    opened.forEach(SdkUrlSigner::close);
  }
}
