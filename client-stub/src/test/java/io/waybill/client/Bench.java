package io.waybill.client;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.waybill.v1.ChecksumAlgorithm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A client between a fake Waybill and a fake S3, with waits that take no time. */
public final class Bench implements AutoCloseable {

  public final FakeS3 s3 = new FakeS3();
  public final FakeWaybill waybill = new FakeWaybill(s3);
  final List<Duration> waits = new CopyOnWriteArrayList<>();

  /** Time passes by waiting only. */
  private final AtomicLong nanos = new AtomicLong();

  final Path folder;
  final WaybillClient client;
  private final Server server;

  public Bench(Path folder) {
    this.folder = folder;
    String name = InProcessServerBuilder.generateName();
    try {
      server = InProcessServerBuilder.forName(name).addService(waybill).build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    client =
        new WaybillClient(
            WaybillClient.builder("test"), channel, new Repeats(backoff(), nanos::get));
  }

  Backoff backoff() {
    return new Backoff(
        RetryPolicy.defaults(),
        () -> 0.5,
        delay -> {
          waits.add(delay);
          nanos.addAndGet(delay.toNanos());
        });
  }

  Uploader.Builder uploaderBuilder() {
    return Uploader.builder(client).stateFolder(stateFolder()).timing(backoff(), Clock.systemUTC());
  }

  Uploader uploader() {
    return uploaderBuilder().build();
  }

  Path stateFolder() {
    return folder.resolve("state");
  }

  /** A file of random bytes, always the same for a size. */
  public Path file(int sizeBytes) throws IOException {
    Path file = folder.resolve("file-" + sizeBytes + ".bin");
    return Files.write(file, bytes(sizeBytes));
  }

  static byte[] bytes(int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    new Random(sizeBytes).nextBytes(bytes);
    return bytes;
  }

  static byte[] crc32c(byte[] bytes) {
    try {
      return Checksums.of(ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C, body(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static PartBody body(byte[] bytes) {
    try {
      return new MemoryBody(new ByteArrayInputStream(bytes), bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets the next call of an RPC be refused for these fields. */
  public void refuse(String rpc, String... fields) {
    BadRequest.Builder wrong = BadRequest.newBuilder();
    for (String field : fields) {
      wrong.addFieldViolationsBuilder().setField(field).setDescription(field + " is wrong");
    }
    waybill.failNext(
        rpc,
        StatusProto.toStatusRuntimeException(
            Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .setMessage(fields[0] + " is wrong")
                .addDetails(Any.pack(wrong.build()))
                .build()));
  }

  @Override
  public void close() {
    client.close();
    server.shutdownNow();
    s3.close();
  }
}
