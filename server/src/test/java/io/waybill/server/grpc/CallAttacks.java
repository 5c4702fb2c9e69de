package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.zip.GZIPOutputStream;

/** What can be done with whole calls. */
final class CallAttacks {
  /** Twice what one connection may have waiting. */
  private static final int TOKENS = 64;

  /** Of this much a small message is made: 64 times what it may be. */
  private static final int INFLATED_BYTES = 64 << 20;

  private static final Random RANDOM = new Random(7);
  private static final byte[] BOMB = bomb();

  private CallAttacks() {}

  static void decompressionBomb(Target target) {
    assertThat(BOMB.length).as("it is small on the wire").isLessThan(128 << 10);
    target.share.keep();
    refused(
        ClientCalls.futureUnaryCall(
            target
                .channel()
                .newCall(
                    raw(UploadServiceGrpc.getListUploadsMethod().getFullMethodName()),
                    CallOptions.DEFAULT.withCompression("gzip")),
            BOMB),
        Code.RESOURCE_EXHAUSTED);
  }

  static void hugeMetadata(Target target) {
    Metadata huge = new Metadata();
    for (int i = 0; i < 64; i++) {
      huge.put(Metadata.Key.of("x-" + i, Metadata.ASCII_STRING_MARSHALLER), "y".repeat(1_024));
    }
    target.share.keep();
    // HTTP 431, by gRPC's table of HTTP's codes.
    refused(list(target, huge), Code.INTERNAL);
  }

  /** Tokens by the dozen, each of which has to be verified to be refused. */
  static void forgedTokens(Target target) {
    List<ListenableFuture<?>> flood = new ArrayList<>();
    for (int i = 0; i < TOKENS; i++) {
      target.share.keep();
      Metadata headers = new Metadata();
      headers.put(SecuredWaybill.AUTHORIZATION, "Bearer " + target.knowledge + signature());
      flood.add(list(target, headers));
    }
    // As forged, or as one too many to look at.
    flood.forEach(each -> refused(each, Code.UNAUTHENTICATED, Code.RESOURCE_EXHAUSTED));
  }

  /** Of the right length for ES256, which is the dearest to verify, and wrong. */
  private static String signature() {
    byte[] bytes = new byte[64];
    RANDOM.nextBytes(bytes);
    bytes[0] &= 0x7f; // below the order of the curve, or it is not even looked at
    bytes[32] &= 0x7f;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static ListenableFuture<?> list(Target target, Metadata headers) {
    return UploadServiceGrpc.newFutureStub(target.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .listUploads(ListUploadsRequest.getDefaultInstance());
  }

  private static void refused(ListenableFuture<?> answer, Code... codes) {
    try {
      answer.get();
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(StatusRuntimeException.class);
      if (e.getCause() instanceof StatusRuntimeException refusal) {
        assertThat(refusal.getStatus().getCode()).as(refusal.toString()).isIn((Object[]) codes);
      }
      return;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    throw new AssertionError("it was taken");
  }

  private static byte[] bomb() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      CodedOutputStream field = CodedOutputStream.newInstance(gzip);
      field.writeTag(15, WireFormat.WIRETYPE_LENGTH_DELIMITED); // one that nobody knows
      field.writeUInt32NoTag(INFLATED_BYTES);
      field.flush();
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < INFLATED_BYTES; i += zeros.length) {
        gzip.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static MethodDescriptor<byte[], byte[]> raw(String name) {
    MethodDescriptor.Marshaller<byte[]> bytes =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
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
    return MethodDescriptor.newBuilder(bytes, bytes)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(name)
        .build();
  }
}
