package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.waybill.client.WaybillException;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.PartToSign;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignedPart;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import io.waybill.v1.UploadState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A caller that knows its trade: it makes one upload after another, calls again whatever was not
 * answered, and writes down what it was told. It has a server again within seconds of each kill, so
 * a call that stays unanswered for longer is a defect: something waits for the dead.
 */
final class KillNineCaller implements Runnable {
  static final String TAKEN_KEY = "taken.bin";

  private static final int LARGE = (5 << 20) + 1_000;

  private final String name;
  private final Random random;
  private final Supplier<@Nullable UploadServiceBlockingStub> server;
  private final Duration patience;
  private final Queue<ToldUpload> told;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;

  /**
   * Makes one.
   *
   * @param server a stub of the server that is up; null while none is
   * @param patience for one call, however often it is made
   * @param told where it writes down each upload, before its first call
   */
  KillNineCaller(
      String name,
      long seed,
      Supplier<@Nullable UploadServiceBlockingStub> server,
      Duration patience,
      Queue<ToldUpload> told) {
    this.name = name;
    this.random = new Random(seed);
    this.server = server;
    this.patience = patience;
    this.told = told;
  }

  /** After the upload under way. */
  void stop() {
    stopped = true;
  }

  /** What no caller should meet. */
  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void run() {
    try {
      for (int i = 0; !stopped; i++) {
        upload(name + "-" + i);
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void upload(String requestId) throws Exception {
    int kind = random.nextInt(100);
    if (kind < 20) {
      refusedAtFirst(requestId);
    }
    boolean large = kind >= 94;
    byte[] bytes = new byte[large ? LARGE : 1 + random.nextInt(2_000)];
    random.nextBytes(bytes);
    StartUploadRequest request =
        StartUploadRequest.newBuilder()
            .setRequestId(requestId)
            .setDestination(kind < 24 ? "brief" : "main")
            .setFilename(requestId + " 1+1 100% \u00fc.bin")
            .setSizeBytes(bytes.length)
            .setMode(
                kind % 6 == 0 ? UploadMode.UPLOAD_MODE_SINGLE : UploadMode.UPLOAD_MODE_MULTIPART)
            .build();
    ToldUpload upload = new ToldUpload(request, sha256(bytes));
    told.add(upload);
    String id = start(upload);
    if (random.nextInt(4) == 0) {
      start(upload);
    }
    if (kind < 24) {
      leaveLyingAbout(upload, id, bytes);
    } else if (kind < 45) {
      giveUp(upload, id, bytes);
    } else {
      finish(upload, id, bytes);
    }
  }

  /** What S3 surely refuses is forgotten, so that the id makes another upload afterwards. */
  private void refusedAtFirst(String requestId) throws InterruptedException {
    StartUploadRequest taken =
        StartUploadRequest.newBuilder()
            .setRequestId(requestId)
            .setDestination("exact")
            .setObjectKey(TAKEN_KEY)
            .setSizeBytes(7)
            .setMode(UploadMode.UPLOAD_MODE_MULTIPART)
            .build();
    try {
      call(stub -> stub.startUpload(taken));
      throw new AssertionError("it started " + requestId + " at a key that is taken");
    } catch (WaybillException e) {
      expect(e, ErrorReason.ERROR_REASON_OBJECT_EXISTS);
    }
  }

  private void leaveLyingAbout(ToldUpload upload, String id, byte[] bytes) throws Exception {
    try {
      send(upload, id, bytes);
    } catch (WaybillException e) {
      if (!e.is(ErrorReason.ERROR_REASON_UPLOAD_FAILED)) {
        expect(e, ErrorReason.ERROR_REASON_UPLOAD_EXPIRED);
      }
    }
  }

  private void giveUp(ToldUpload upload, String id, byte[] bytes) throws Exception {
    if (random.nextBoolean()) {
      send(upload, id, bytes);
    }
    Upload aborted =
        call(stub -> stub.abort(AbortRequest.newBuilder().setUploadId(id).build())).getUpload();
    assertThat(aborted.getState()).isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
    upload.aborted();
  }

  private void finish(ToldUpload upload, String id, byte[] bytes) throws Exception {
    send(upload, id, bytes);
    int calls = random.nextInt(5) == 0 ? 2 : 1;
    for (int i = 0; i < calls; i++) {
      Upload completed =
          call(stub -> stub.complete(CompleteRequest.newBuilder().setUploadId(id).build()))
              .getUpload();
      assertThat(completed.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
      upload.completed(completed);
    }
  }

  private String start(ToldUpload upload) throws InterruptedException {
    Upload started = call(stub -> stub.startUpload(upload.request)).getUpload();
    upload.started(started.getUploadId(), started.getObjectKey());
    return started.getUploadId();
  }

  private void send(ToldUpload upload, String id, byte[] bytes) throws Exception {
    boolean single = upload.request.getMode() == UploadMode.UPLOAD_MODE_SINGLE;
    int parts = bytes.length == LARGE && !single ? 2 : 1;
    for (int number = 1; number <= parts; number++) {
      String etag = put(id, number, bytes);
      int part = number;
      if (random.nextInt(10) < 7) {
        ReportPartRequest report =
            ReportPartRequest.newBuilder()
                .setUploadId(id)
                .setPartNumber(part)
                .setEtag(etag)
                .build();
        call(stub -> stub.reportPart(report));
        upload.reported(part, etag.replace("\"", ""));
      }
    }
  }

  /** A URL that has ended, or a connection that has, is answered by signing again. */
  private String put(String id, int number, byte[] bytes) throws Exception {
    long end = System.nanoTime() + patience.toNanos();
    String last = "";
    while (System.nanoTime() < end) {
      SignedPart part = sign(id, number);
      HttpRequest.Builder put = HttpRequest.newBuilder(URI.create(part.getUrl()));
      part.getHeadersMap().forEach(put::setHeader);
      put.PUT(
          HttpRequest.BodyPublishers.ofByteArray(
              bytes, (int) part.getOffsetBytes(), (int) part.getSizeBytes()));
      try {
        HttpResponse<String> reply =
            http.send(
                put.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
        if (reply.statusCode() == 200) {
          return reply.headers().firstValue("ETag").orElseThrow();
        }
        last = reply.statusCode() + " " + reply.body();
        if (reply.statusCode() == 412) {
          return ""; // a single PUT whose own reply was lost: it stands
        }
      } catch (IOException e) {
        last = e.toString();
      }
    }
    throw new AssertionError("S3 does not take part " + number + " of " + id + ": " + last);
  }

  private SignedPart sign(String id, int number) throws InterruptedException {
    SignPartsRequest request =
        SignPartsRequest.newBuilder()
            .setUploadId(id)
            .addParts(PartToSign.newBuilder().setPartNumber(number).setChecksum(ByteString.EMPTY))
            .build();
    return call(stub -> stub.signParts(request)).getParts(0);
  }

  private <T> T call(Function<UploadServiceBlockingStub, T> rpc) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    @Nullable WaybillException last = null;
    while (System.nanoTime() < end) {
      UploadServiceBlockingStub stub = server.get();
      if (stub != null) {
        try {
          return rpc.apply(stub.withDeadlineAfter(20, TimeUnit.SECONDS));
        } catch (StatusRuntimeException e) {
          last = WaybillException.of(e);
          if (!last.isRetryable()) {
            throw last;
          }
        }
      }
      Thread.sleep(20 + random.nextInt(60));
    }
    throw new AssertionError(name + ": no answer within " + patience, last);
  }

  private static void expect(WaybillException e, ErrorReason reason) {
    if (!e.is(reason)) {
      throw e;
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
