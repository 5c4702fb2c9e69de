package io.waybill.server.dev;

import com.google.errorprone.annotations.FormatMethod;
import io.waybill.server.Closing;
import io.waybill.server.ops.Logging;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The main job, once through: a file goes from disk to S3 by way of the public API and the
 * command-line client in a process of its own, is read back, and compared.
 */
@Command(
    name = "demo",
    description = "Uploads a file through everything, reads it back, and compares.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int GENERATED_BYTES = 50_000_001;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "",
      description = "The file to upload. Default: 50,000,001 random bytes.")
  private String file = "";

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.toStandardError(Level.WARNING);
    PrintWriter out = spec.commandLine().getOut();
    Closing atExit = Closing.atExit();
    Path folder = atExit.add(TemporaryFolder.create()).path();
    Path source = file.isEmpty() ? generate(folder.resolve("demo.bin")) : Path.of(file);
    if (!Files.isRegularFile(source) || !Files.isReadable(source)) {
      spec.commandLine().getErr().println("demo: " + source + ": not a file that can be read");
      return 2;
    }
    Map<String, Integer> puts = new ConcurrentHashMap<>();
    DevStack stack =
        atExit.add(
            DevStack.start(folder, true, 0, 0, (key, part) -> puts.merge(key, 1, Integer::sum)));
    try {
      return run(stack, puts, source, out);
    } catch (ClientProcess.UploadFailedException e) {
      spec.commandLine().getErr().println("demo: " + e.getMessage());
      return 1;
    }
  }

  /**
   * Uploads and compares.
   *
   * @param puts how many bodies S3 stored, by key: a start-up check stores one, too
   */
  private int run(DevStack stack, Map<String, Integer> puts, Path source, PrintWriter out)
      throws IOException, InterruptedException, ClientProcess.UploadFailedException {
    say(out, "server  gRPC on %s, sessions in SQLite, callers by bearer token", stack.target());
    say(out, "s3      on %s, verifying every signature", stack.s3Endpoint());
    Digest sent = Digest.of(source);
    say(out, "file    %s, %,d bytes, sha256=%s", source, sent.bytes(), sent.sha256());

    ClientProcess.Uploaded uploaded = ClientProcess.upload(stack.target(), stack.token(), source);
    say(out, "client  uploaded %s and saw it %s", uploaded.uploadId(), uploaded.state());
    say(
        out,
        "s3      took %d PUT(s) for %d part(s)",
        puts.getOrDefault(uploaded.key(), 0),
        uploaded.parts());

    Digest stored = Digest.ofObject(stack.s3Endpoint(), uploaded.bucket(), uploaded.key());
    say(out, "s3      gives back %,d bytes, sha256=%s", stored.bytes(), stored.sha256());
    if (!stored.equals(sent) || !uploaded.state().equals("UPLOAD_STATE_COMPLETED")) {
      spec.commandLine().getErr().println("demo: what came out is not what went in");
      return 1;
    }
    say(
        out,
        "OK %d bytes sha256=%s parts=%d object=s3://%s/%s",
        stored.bytes(),
        stored.sha256(),
        uploaded.parts(),
        uploaded.bucket(),
        uploaded.key());
    return 0;
  }

  private static Path generate(Path path) throws IOException {
    Random random = new Random();
    byte[] block = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(path)) {
      for (int left = GENERATED_BYTES; left > 0; left -= block.length) {
        random.nextBytes(block);
        out.write(block, 0, Math.min(left, block.length));
      }
    }
    return path;
  }

  @FormatMethod
  private static void say(PrintWriter out, String format, Object... values) {
    out.println(format.formatted(values));
    out.flush();
  }
}
