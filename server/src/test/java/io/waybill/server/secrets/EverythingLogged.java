package io.waybill.server.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Writes down all that this JVM logs and prints while tests run: of Waybill every level, of its
 * libraries what they log unasked. JUnit finds it by its entry in META-INF/services.
 */
public final class EverythingLogged implements LauncherSessionListener {
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger OURS = Logger.getLogger("io.waybill"); // held: loggers are weak

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    PrintStream file;
    try {
      file = new PrintStream(new FileOutputStream(TestLogs.fresh("jvm").toFile()), true, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    OURS.setLevel(Level.ALL);
    ROOT.addHandler(new ToFile(file));
    System.setOut(new PrintStream(new Tee(System.out, file), true, UTF_8));
    System.setErr(new PrintStream(new Tee(System.err, file), true, UTF_8));
  }

  private static final class ToFile extends Handler {
    private final PrintStream file;

    ToFile(PrintStream file) {
      this.file = file;
      setLevel(Level.ALL);
      setFormatter(new SimpleFormatter());
    }

    @Override
    public void publish(LogRecord event) {
      file.print(getFormatter().format(event));
    }

    @Override
    public void flush() {
      file.flush();
    }

    @Override
    public void close() {
      file.flush();
    }
  }

  private static final class Tee extends OutputStream {
    private final OutputStream first;
    private final OutputStream second;

    Tee(OutputStream first, OutputStream second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public void write(int b) throws IOException {
      first.write(b);
      second.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      first.write(bytes, from, length);
      second.write(bytes, from, length);
    }

    @Override
    public void flush() throws IOException {
      first.flush();
      second.flush();
    }
  }
}
