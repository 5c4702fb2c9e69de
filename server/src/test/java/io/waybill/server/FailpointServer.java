package io.waybill.server;

import io.waybill.server.ops.Logging;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.UploadStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.logging.Level;

/** {@code serve}, with a {@link Failpoint} between the use cases and their ports. */
public final class FailpointServer {
  private FailpointServer() {}

  /** Arguments: the configuration, the data directory, the failpoint's name, at which call. */
  public static void main(String[] args) throws InterruptedException {
    Logging.toStandardError(Level.INFO);
    ServerConfig config =
        ServerConfig.load(Path.of(args[0]), Map.of("listen", "127.0.0.1:0", "data_dir", args[1]));
    Failpoint failpoint = new Failpoint(args[2], Integer.parseInt(args[3]));
    Core.Ports ports =
        new Core.Ports(
            store -> failpoint.dress(UploadStore.class, store),
            objects -> failpoint.dress(ObjectStore.class, objects),
            UnaryOperator.identity());
    S3Storage storage = S3Storage.open(config.connections(), Clock.systemUTC());
    WaybillServer server = WaybillServer.start(config, Core.open(config, storage, ports));
    System.out.println("waybill: serving on " + server.target());
    server.awaitTermination();
  }
}
