package io.waybill.server;

import io.waybill.server.ops.Logging;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.SdkUrlSigner;
import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UrlSigner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/** {@code serve} for the benchmark, with another signer: what is left is not the signer's cost. */
public final class SwappedSignerServer {
  private SwappedSignerServer() {}

  /** Arguments: the configuration, the data directory, {@code sdk} or {@code constant}. */
  public static void main(String[] args) throws InterruptedException {
    Logging.toStandardError(Level.WARNING);
    ServerConfig config =
        ServerConfig.load(Path.of(args[0]), Map.of("listen", "127.0.0.1:0", "data_dir", args[1]));
    UnaryOperator<UrlSigner> signer =
        switch (args[2]) {
          case "sdk" -> ours -> sdk(config);
          case "constant" -> ConstantUrls::new;
          default -> throw new IllegalArgumentException("sdk or constant, not " + args[2]);
        };
    Core.Ports ports = new Core.Ports(UnaryOperator.identity(), UnaryOperator.identity(), signer);
    S3Storage storage = S3Storage.open(config.connections(), Clock.systemUTC());
    WaybillServer server = WaybillServer.start(config, Core.open(config, storage, ports));
    System.out.println("waybill: serving on " + server.target());
    server.awaitTermination();
  }

  private static UrlSigner sdk(ServerConfig config) {
    return SdkUrlSigner.open(
        config.connections(),
        System.getenv("AWS_ACCESS_KEY_ID"),
        System.getenv("AWS_SECRET_ACCESS_KEY"));
  }

  /** Gives the first URL for every part: as long as a real one, and already there. */
  private static final class ConstantUrls implements UrlSigner {
    private final UrlSigner real;
    private volatile @Nullable SignedPart first;

    ConstantUrls(UrlSigner real) {
      this.real = real;
    }

    @Override
    public SignedPart sign(
        Upload upload, int number, @Nullable Checksum checksum, Instant now, Instant end) {
      SignedPart constant = first;
      if (constant == null) {
        constant = real.sign(upload, number, checksum, now, end);
        first = constant;
      }
      return new SignedPart(
          number,
          constant.method(),
          constant.url(),
          constant.headers(),
          upload.spec().plan().offsetOf(number),
          upload.spec().plan().sizeOf(number),
          end,
          constant.reportHeaders());
    }
  }
}
