package io.waybill.server.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The Uploader beside Amazon's S3TransferManager: the same file, to the same {@link SinkS3}, over
 * plain HTTP, in parts of 8 MiB with CRC32C, on as many connections. Each is a process of its own
 * that stays, so that none pays for its start; they upload by turns.
 *
 * <p>The transfer manager comes in two kinds. The one that its Maven artifact alone brings is in
 * Java, on Netty. With {@code aws-crt} beside it, it hands the whole upload to Amazon's C library.
 * The Uploader has the more to do: it also asks Waybill for every signature, and reports every
 * part, on the same cores.
 */
final class UploadBench implements Benchmark {
  /** Equal for all, so that it is the clients that are compared, and not their defaults. */
  static final int CONNECTIONS = 8;

  private static final class Client {
    final String name;
    final JavaProcess process;
    final List<Double> wallSeconds = new ArrayList<>();
    final List<Double> cpuSeconds = new ArrayList<>();
    final List<Double> sinkSeconds = new ArrayList<>();
    final List<Double> serverSeconds = new ArrayList<>();

    Client(String name, JavaProcess process) {
      this.name = name;
      this.process = process;
    }

    void upload(Path file) throws IOException {
      var unused = UploadTime.parse(process.ask(file.toString()));
    }

    void measure(Path file, SinkStack stack) throws IOException {
      Duration sink = stack.sinkCpu();
      Duration server = stack.serverCpu();
      UploadTime time = UploadTime.parse(process.ask(file.toString()));
      wallSeconds.add(time.wallSeconds());
      cpuSeconds.add(time.cpuSeconds());
      sinkSeconds.add(seconds(stack.sinkCpu().minus(sink)));
      serverSeconds.add(seconds(stack.serverCpu().minus(server)));
    }
  }

  @Override
  public String name() {
    return "upload";
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    int mib = settings.pick(1024, 32);
    Path file = UploadFiles.random(settings, mib);
    List<Client> clients = new ArrayList<>();
    try (SinkStack stack = SinkStack.start(settings.scratch())) {
      try {
        clients.add(new Client("Uploader", stack.client("waybill", List.of())));
        clients.add(new Client("S3TransferManager", stack.client("netty", List.of())));
        clients.add(new Client("S3TransferManager on C", stack.client("crt", List.of())));
        measure(settings, clients, file, stack);
      } finally {
        for (Client client : clients) {
          client.process.close();
        }
      }
    }
    Client ours = clients.get(0);
    Client netty = clients.get(1);
    Client crt = clients.get(2);
    figures.put(Figure.UPLOAD_VS_TRANSFERMANAGER, throughput(ours, netty));
    figures.put(Figure.UPLOAD_CPU_VS_TRANSFERMANAGER, cpu(ours, netty));
    figures.put(Figure.UPLOAD_VS_TRANSFERMANAGER_CRT, throughput(ours, crt));
    figures.put(Figure.UPLOAD_CPU_VS_TRANSFERMANAGER_CRT, cpu(ours, crt));
    figures.note(
        "S3TransferManager is the one in Java, on Netty, that its Maven artifact brings;"
            + " _crt the one that hands the upload to Amazon's C library (S3CrtAsyncClient)");
    clients.forEach(client -> figures.note(line(client, mib)));
  }

  private static void measure(Settings settings, List<Client> clients, Path file, SinkStack stack)
      throws IOException {
    for (Client client : clients) {
      long end = System.nanoTime() + settings.warmUp().toNanos();
      do {
        client.upload(file);
      } while (System.nanoTime() < end);
    }
    for (int i = 0; i < settings.rounds(); i++) {
      for (Client client : clients) {
        client.measure(file, stack);
      }
    }
  }

  private static double throughput(Client ours, Client peer) {
    return median(peer.wallSeconds) / median(ours.wallSeconds);
  }

  private static double cpu(Client ours, Client peer) {
    return median(ours.cpuSeconds) / median(peer.cpuSeconds);
  }

  private static String line(Client client, int mib) {
    return String.format(
        Locale.ROOT,
        "%s: %d MiB on %d connections at %.0f MiB/s; CPU: client %.2f s, sink %.2f s, server %.2f s",
        client.name,
        mib,
        CONNECTIONS,
        mib / median(client.wallSeconds),
        median(client.cpuSeconds),
        median(client.sinkSeconds),
        median(client.serverSeconds));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static double median(List<Double> values) {
    return Rounds.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
