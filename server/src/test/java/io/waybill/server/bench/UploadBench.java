package io.waybill.server.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The Uploader beside Amazon's S3TransferManager: the same file, to the same {@link SinkS3}, over
 * plain HTTP, in parts of 8 MiB with CRC32C, on as many connections. Each is a process of its own
 * that stays, so that none pays for its start; they upload by turns.
 *
 * <p>The transfer manager comes in two kinds, on Netty and on Amazon's C library (CRT). Whichever
 * brings more bytes per second in this run is the one to compare with. The Uploader has the more to
 * do: it also asks Waybill for every signature, and reports every part, on the same cores.
 */
final class UploadBench implements Benchmark {
  /** Equal for all, so that it is the clients that are compared, and not their defaults. */
  static final int CONNECTIONS = 8;

  private static final String OURS = "waybill";
  private static final List<String> THEIRS = List.of("netty", "crt");

  private static final class Client {
    final String way;
    final JavaProcess process;
    final List<UploadTime> times = new ArrayList<>();

    Client(String way, JavaProcess process) {
      this.way = way;
      this.process = process;
    }

    UploadTime upload(Path file) throws IOException {
      return UploadTime.parse(process.ask(file.toString()));
    }

    double median(ToDoubleFunction<UploadTime> value) {
      return Rounds.median(times.stream().mapToDouble(value).toArray());
    }

    double seconds() {
      return median(UploadTime::wallSeconds);
    }

    double cpuSeconds() {
      return median(UploadTime::cpuSeconds);
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
    try (SinkStack stack = SinkStack.start(settings.scratch())) {
      List<Client> clients = new ArrayList<>();
      try {
        clients.add(new Client(OURS, stack.client(OURS, List.of())));
        for (String way : THEIRS) {
          clients.add(new Client(way, stack.client(way, List.of())));
        }
        measure(settings, clients, file);
      } finally {
        for (Client client : clients) {
          client.process.close();
        }
      }
      compare(clients, mib, figures);
    }
  }

  private static void measure(Settings settings, List<Client> clients, Path file)
      throws IOException {
    for (Client client : clients) {
      long end = System.nanoTime() + settings.warmUp().toNanos();
      do {
        var unused = client.upload(file);
      } while (System.nanoTime() < end);
    }
    for (int i = 0; i < settings.rounds(); i++) {
      for (Client client : clients) {
        client.times.add(client.upload(file));
      }
    }
  }

  private static void compare(List<Client> clients, int mib, Figures figures) {
    Client ours = clients.get(0);
    Client peer = clients.get(1);
    for (Client client : clients.subList(1, clients.size())) {
      peer = client.seconds() < peer.seconds() ? client : peer;
    }
    figures.put(Figure.UPLOAD_VS_TRANSFERMANAGER, peer.seconds() / ours.seconds());
    figures.put(Figure.UPLOAD_CPU_VS_TRANSFERMANAGER, ours.cpuSeconds() / peer.cpuSeconds());
    for (Client client : clients) {
      figures.note(
          String.format(
              Locale.ROOT,
              "upload of %d MiB on %d connections, %s: %.0f MiB/s, %.3f s of CPU"
                  + " (÷ ours: %.2f times the throughput, %.2f times the CPU)",
              mib,
              CONNECTIONS,
              client.way.equals(OURS) ? "Uploader" : "S3TransferManager on " + client.way,
              mib / client.seconds(),
              client.cpuSeconds(),
              ours.seconds() / client.seconds(),
              client.cpuSeconds() / ours.cpuSeconds()));
    }
    figures.note("the peer in upload_*: S3TransferManager on " + peer.way + ", the faster one");
  }
}
