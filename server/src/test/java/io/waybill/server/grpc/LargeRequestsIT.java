package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.CallOptions;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Requests that are larger than they may be, or than they look. */
@Timeout(120)
class LargeRequestsIT {
  /** Of this much a small message is made: 64 times what it may be. */
  private static final int INFLATED_BYTES = 64 << 20;

  private OpenWaybill waybill;
  private ManagedChannel attacker;

  @BeforeEach
  void open() throws IOException {
    waybill = new OpenWaybill(GrpcLimits.DEFAULT);
    CompressorRegistry asIs = CompressorRegistry.newEmptyInstance();
    asIs.register(new GzippedAlready());
    attacker =
        NettyChannelBuilder.forAddress("127.0.0.1", waybill.port())
            .usePlaintext()
            .compressorRegistry(asIs)
            .build();
  }

  @AfterEach
  void close() {
    attacker.shutdownNow();
    waybill.close();
  }

  @Test
  void aDecompressionBombIsNotInflatedBeyondTheLimit() throws IOException {
    byte[] bomb = bomb();
    assertThat(bomb.length).as("it is small on the wire").isLessThan(128 << 10);
    Attack.beside(
        new GoodClient(waybill.channel),
        "decompression_bomb",
        () ->
            refused(
                Code.RESOURCE_EXHAUSTED,
                () ->
                    ClientCalls.blockingUnaryCall(
                        attacker,
                        raw(UploadServiceGrpc.getListUploadsMethod().getFullMethodName()),
                        CallOptions.DEFAULT.withCompression("gzip"),
                        bomb)));
  }

  @Test
  void hugeMetadataIsRefused() {
    Metadata huge = new Metadata();
    for (int i = 0; i < 64; i++) {
      huge.put(Metadata.Key.of("x-" + i, Metadata.ASCII_STRING_MARSHALLER), "y".repeat(1_024));
    }
    var stub =
        UploadServiceGrpc.newBlockingStub(attacker)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(huge));
    Attack.beside(
        new GoodClient(waybill.channel),
        "huge_metadata",
        () ->
            refused(
                Code.INTERNAL, // HTTP 431, by gRPC's table of HTTP's codes
                () -> stub.listUploads(ListUploadsRequest.getDefaultInstance())));
  }

  private static void refused(Code code, Executable call) {
    try {
      call.execute();
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(code);
      return;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("it was taken");
  }

  private static byte[] bomb() throws IOException {
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
    }
    return bytes.toByteArray();
  }

  /** Sends what it is given under the name of gzip. */
  private static final class GzippedAlready implements Codec {
    @Override
    public String getMessageEncoding() {
      return "gzip";
    }

    @Override
    public OutputStream compress(OutputStream out) {
      return out;
    }

    @Override
    public InputStream decompress(InputStream in) {
      return in;
    }
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
