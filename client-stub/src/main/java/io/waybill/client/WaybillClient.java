package io.waybill.client;

import static com.google.common.util.concurrent.MoreExecutors.directExecutor;

import com.google.common.base.Function;
import com.google.common.util.concurrent.Futures;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.ListPartsResponse;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ListUploadsResponse;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.ReportPartResponse;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignPartsResponse;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.WatchUploadRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Waybill server. Thread-safe; make one per server and keep it.
 *
 * <p>The methods named as the RPCs block, throw {@link WaybillException}, and call again, at most
 * as often as {@link Builder#retry} says, when the server asks for that with a RetryInfo, cannot be
 * reached, or does not answer in time. A server that has never answered is tried four times within
 * about two seconds. For anything else there are the generated stubs, {@link #blockingStub} and
 * {@link #futureStub}, which repeat nothing.
 */
public final class WaybillClient implements AutoCloseable {

  private final String target;
  private final ManagedChannel channel;
  private final Repeats repeats;
  private final Duration completeDeadline;
  private final UploadServiceGrpc.UploadServiceBlockingStub blocking;
  private final UploadServiceGrpc.UploadServiceFutureStub future;

  WaybillClient(Builder builder, ManagedChannel channel, Repeats repeats) {
    this.target = builder.target;
    this.channel = channel;
    this.repeats = repeats;
    this.completeDeadline = builder.completeDeadline;
    Channel withDeadlines =
        ClientInterceptors.intercept(
            channel,
            new DefaultDeadlines(
                builder.deadline, builder.storageDeadline, builder.completeDeadline));
    var callCredentials = builder.token == null ? null : new BearerToken(builder.token);
    var blockingStub = UploadServiceGrpc.newBlockingStub(withDeadlines);
    var futureStub = UploadServiceGrpc.newFutureStub(withDeadlines);
    this.blocking =
        callCredentials == null ? blockingStub : blockingStub.withCallCredentials(callCredentials);
    this.future =
        callCredentials == null ? futureStub : futureStub.withCallCredentials(callCredentials);
  }

  /**
   * Begins a client.
   *
   * @param target {@code host:port}, or any gRPC target such as {@code dns:///waybill:7070}
   */
  public static Builder builder(String target) {
    return new Builder(target);
  }

  /** The generated blocking stub, with credentials and default deadlines. */
  public UploadServiceGrpc.UploadServiceBlockingStub blockingStub() {
    return blocking;
  }

  /** The generated future stub, with credentials and default deadlines. */
  public UploadServiceGrpc.UploadServiceFutureStub futureStub() {
    return future;
  }

  /** The address that this client was built for. */
  public String target() {
    return target;
  }

  /** Creates a session, or finds the one that this request_id made. */
  public StartUploadResponse startUpload(StartUploadRequest request) {
    return repeats.call(() -> blocking.startUpload(request));
  }

  /** Signs requests for parts. */
  public SignPartsResponse signParts(SignPartsRequest request) {
    return repeats.call(() -> blocking.signParts(request));
  }

  /** Records that S3 has taken a part. */
  public void reportPart(ReportPartRequest request) {
    var unused = repeats.call(() -> blocking.reportPart(request));
  }

  /**
   * The same without waiting for the answer.
   *
   * @param onRecorded called once, when it is recorded, by whatever thread learns of it
   */
  PendingReport beginReport(ReportPartRequest request, Runnable onRecorded) {
    Function<ReportPartResponse, ReportPartResponse> recorded =
        reply -> {
          onRecorded.run();
          return reply;
        };
    return new PendingReport(
        repeats,
        Futures.transform(future.reportPart(request), recorded, directExecutor()),
        () -> recorded.apply(blocking.reportPart(request)));
  }

  /** Makes the object out of the parts; waits while the server asks for that. */
  public Upload complete(String uploadId) {
    var request = CompleteRequest.newBuilder().setUploadId(uploadId).build();
    return repeats
        .call(
            completeDeadline,
            left ->
                blocking
                    .withDeadlineAfter(left.toMillis(), TimeUnit.MILLISECONDS)
                    .complete(request))
        .getUpload();
  }

  /** Gives an upload up. */
  public Upload abort(String uploadId) {
    var request = AbortRequest.newBuilder().setUploadId(uploadId).build();
    return repeats.call(() -> blocking.abort(request)).getUpload();
  }

  /** One session with its progress. */
  public Upload getUpload(String uploadId) {
    var request = GetUploadRequest.newBuilder().setUploadId(uploadId).build();
    return repeats.call(() -> blocking.getUpload(request)).getUpload();
  }

  /** A page of sessions. */
  public ListUploadsResponse listUploads(ListUploadsRequest request) {
    return repeats.call(() -> blocking.listUploads(request));
  }

  /** A page of an upload's parts. */
  public ListPartsResponse listParts(ListPartsRequest request) {
    return repeats.call(() -> blocking.listParts(request));
  }

  /**
   * Follows an upload to its end: tells how it stands now, then of every change, on this thread,
   * and returns its terminal state, which was told too. States that follow each other quickly may
   * be told as one. Where the connection breaks or the server ends the stream, it goes on by
   * itself, with another server where the target has several; nothing is missed. Nothing is told
   * twice but the terminal state, to whoever begins at it.
   *
   * @param listener what it throws ends the watch
   * @throws WaybillException as any call, and where the server was away for longer than the retries
   */
  public Upload watchUpload(String uploadId, Consumer<Upload> listener) {
    return watchUpload(uploadId, 0, listener);
  }

  /**
   * The same for who knows how the upload stood.
   *
   * @param afterRevision {@link Upload#getRevision} of what is known
   */
  public Upload watchUpload(String uploadId, long afterRevision, Consumer<Upload> listener) {
    var request = WatchUploadRequest.newBuilder().setUploadId(uploadId);
    return new Watch(
            repeats, after -> blocking.watchUpload(request.setAfterRevision(after).build()))
        .follow(afterRevision, listener);
  }

  /** Closes the connection; calls under way have 5 seconds to end. */
  @Override
  public void close() {
    channel.shutdown();
    try {
      if (channel.awaitTermination(5, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    channel.shutdownNow();
  }

  /** What a client is made of. Every setting has a default. */
  public static final class Builder {

    private final String target;
    private boolean plaintext;
    private boolean insecureSendToken;
    private Optional<Path> caFile = Optional.empty();
    private @Nullable Identity identity;
    private @Nullable Supplier<String> token;
    private Duration deadline = Duration.ofSeconds(30);
    private Duration storageDeadline = Duration.ofSeconds(60);
    private Duration completeDeadline = Duration.ofMinutes(15);
    private RetryPolicy retry = RetryPolicy.defaults().withMaxAttempts(10);

    private Builder(String target) {
      this.target = target;
    }

    /**
     * No TLS, so that everybody on the way can read the signed URLs: for loopback, or where a proxy
     * on this machine encrypts. Default: TLS.
     */
    public Builder plaintext() {
      plaintext = true;
      return this;
    }

    /**
     * Sends the token even where there is no TLS and the target is not loopback by its name
     * (localhost, 127.x.x.x, [::1], a Unix socket), so that whoever is on the way can take it and
     * be this caller. Default: {@link #build} refuses.
     */
    public Builder insecureSendToken() {
      insecureSendToken = true;
      return this;
    }

    /** The PEM file with the CA certificates to trust. Default: those of the Java runtime. */
    public Builder caFile(Path pem) {
      caFile = Optional.of(pem);
      return this;
    }

    /**
     * What this client shows of itself, where the server asks for it (mutual TLS); read once, by
     * {@link #build}. Default: nothing.
     *
     * @param chain PEM: the client's certificate, then its chain
     * @param privateKey PEM, PKCS #8, without a password
     */
    public Builder clientCertificate(Path chain, Path privateKey) {
      identity = new Identity(chain, privateKey);
      return this;
    }

    /**
     * The bearer token to send with every call. White space around it is removed. Default: no
     * token.
     *
     * @throws IllegalArgumentException if what is left is empty, or has other characters than the
     *     visible ones of ASCII; the message has nothing of the token
     */
    public Builder token(String fixed) {
      String checked = BearerToken.checked(fixed);
      return token(() -> checked);
    }

    /**
     * Asked for a bearer token at every call, off the caller's thread. Where it gives none, or one
     * that {@link #token(String)} would refuse, or throws, the call fails with UNAUTHENTICATED and
     * nothing is sent.
     */
    public Builder token(Supplier<String> supplier) {
      token = supplier;
      return this;
    }

    /**
     * The file that holds the bearer token: read by the first call, and again within a second of a
     * change. It need not be there before; calls without it fail with UNAUTHENTICATED. White space
     * around the token is removed. Takes the place of {@link #token}.
     */
    public Builder tokenFile(Path file) {
      token = new TokenFile(file, System::nanoTime);
      return this;
    }

    /**
     * Asks for the token at once, so that a wrong one is noticed before the first call.
     *
     * @throws IllegalArgumentException if its file cannot be read, or it is one that {@link
     *     #token(String)} would refuse
     */
    public Builder checkToken() {
      if (token != null) {
        var unused = BearerToken.checked(token.get());
      }
      return this;
    }

    /** For SignParts, ReportPart, GetUpload and ListUploads. Default: 30 seconds. */
    public Builder deadline(Duration duration) {
      deadline = duration;
      return this;
    }

    /** For StartUpload, Abort and ListParts, which ask S3. Default: 60 seconds. */
    public Builder storageDeadline(Duration duration) {
      storageDeadline = duration;
      return this;
    }

    /**
     * For Complete, which may take S3 minutes: {@link WaybillClient#complete} with all its
     * repetitions, or one call of a stub. Default: 15 minutes; the server may need 12.
     */
    public Builder completeDeadline(Duration duration) {
      completeDeadline = duration;
      return this;
    }

    /**
     * For calls that may succeed later. Default: {@link RetryPolicy#defaults} with 10 attempts,
     * about half a minute, in which a server can be replaced.
     */
    public Builder retry(RetryPolicy policy) {
      retry = policy;
      return this;
    }

    /**
     * Builds the client; it connects with the first call.
     *
     * @throws IOException if the CA file or the client's own certificate or key cannot be read
     * @throws IllegalStateException if the token would travel in the clear, see {@link
     *     #insecureSendToken}, or if there is a client certificate and no TLS
     */
    public WaybillClient build() throws IOException {
      if (plaintext && token != null && !insecureSendToken && !LoopbackTarget.is(target)) {
        throw new IllegalStateException(
            "without TLS the token would travel in the clear to " + target);
      }
      return new WaybillClient(
          this,
          Grpc.newChannelBuilder(target, credentials())
              // A server that vanished is not waited for: Complete and WatchUpload may be silent
              // for minutes. Waybill tolerates a ping in 20 seconds; where a proxy does not, gRPC
              // doubles the time when told so.
              .keepAliveTime(60, TimeUnit.SECONDS)
              .build(),
          new Repeats(Backoff.of(retry), System::nanoTime));
    }

    private ChannelCredentials credentials() throws IOException {
      if (plaintext) {
        if (identity != null) {
          throw new IllegalStateException("a client certificate needs TLS");
        }
        return InsecureChannelCredentials.create();
      }
      var tls = TlsChannelCredentials.newBuilder();
      if (caFile.isPresent()) {
        tls.trustManager(caFile.get().toFile());
      }
      if (identity != null) {
        tls.keyManager(identity.chain().toFile(), identity.privateKey().toFile());
      }
      return tls.build();
    }

    private record Identity(Path chain, Path privateKey) {}
  }
}
