package io.waybill.server.s3;

import io.waybill.server.upload.Part;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The first bytes of a body, and no more than was asked for, whatever a store sends that ignores
 * the range.
 *
 * @param etag of the object that they are of; empty where the store does not say
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StartOfBody(String etag, byte[] bytes) {

  static ResponseTransformer<GetObjectResponse, StartOfBody> of(int most) {
    return (response, body) -> {
      try {
        byte[] bytes = body.readNBytes(most + 1);
        if (bytes.length > most) {
          body.abort(); // else all the rest is read, to use the connection again
        }
        @Nullable String etag = response.eTag();
        return new StartOfBody(
            etag == null ? "" : Part.unquoted(etag),
            Arrays.copyOf(bytes, Math.min(most, bytes.length)));
      } catch (IOException e) {
        throw RetryableException.create("the body broke off", e);
      }
    };
  }
}
