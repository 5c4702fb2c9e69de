package io.waybill.server.grpc;

import io.grpc.MethodDescriptor;
import io.waybill.v1.UploadServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Messages as bytes, which need be no messages. */
public final class RawMessages {
  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private RawMessages() {}

  /**
   * A method of the service.
   *
   * @param rpc its name, without the service
   */
  public static MethodDescriptor<byte[], byte[]> method(String rpc) {
    return MethodDescriptor.newBuilder(RAW, RAW)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(UploadServiceGrpc.SERVICE_NAME + "/" + rpc)
        .build();
  }
}
