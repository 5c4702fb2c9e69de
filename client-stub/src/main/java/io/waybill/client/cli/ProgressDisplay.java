package io.waybill.client.cli;

import io.waybill.client.ProgressListener;
import io.waybill.client.UploadProgress;
import io.waybill.client.UploadProgress.Phase;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows an upload's progress on standard error. */
interface ProgressDisplay extends ProgressListener, AutoCloseable {

  @Override
  void close();

  /** A bar on a terminal, plain lines elsewhere, nothing when quiet. */
  @SuppressWarnings("SystemConsoleNull") // WaybillCli.main sees to it that it is, on any JDK.
  static ProgressDisplay of(String name, Output output) {
    if (output.quiet()) {
      return new Silent();
    }
    return System.console() != null && BarLine.isSupported(System.getenv())
        ? new Bar(name, output)
        : new Lines(name, output);
  }

  private static String restart(String name, String uploadId, String reason) {
    return "%s: the earlier upload %s was given up: %s; the whole file is sent under a new one"
        .formatted(name, uploadId, reason);
  }

  /** Nothing. */
  final class Silent implements ProgressDisplay {
    @Override
    public void onProgress(UploadProgress progress) {}

    @Override
    public void close() {}
  }

  /** A line for every tenth of the file, and for every phase. */
  final class Lines implements ProgressDisplay {

    private final String name;
    private final Output output;
    private String last = "";

    Lines(String name, Output output) {
      this.name = name;
      this.output = output;
    }

    @Override
    public void onProgress(UploadProgress progress) {
      String line =
          switch (progress.phase()) {
            case STARTING, COMPLETED, FAILED -> last;
            case COMPARING -> "comparing with the parts that have arrived";
            case COMPLETING -> "completing";
            case PAUSED -> "paused";
            case UPLOADING -> tenths(progress);
          };
      if (!line.equals(last)) {
        last = line;
        output.note(name + ": " + line);
      }
    }

    @Override
    public void onRestart(String uploadId, String reason) {
      output.note(restart(name, uploadId, reason));
    }

    private static String tenths(UploadProgress progress) {
      long total = progress.totalBytes();
      long percent = total == 0 ? 0 : 10 * (long) (10.0 * progress.confirmedBytes() / total);
      return percent + "% of " + Output.bytes(total);
    }

    @Override
    public void close() {}
  }

  /** A bar with speed and the time left; its line is ended before the process ends. */
  final class Bar implements ProgressDisplay {

    /** So that the percentage is in sight on any terminal. */
    private static final int MAX_NAME = 24;

    private final Thread atExit = new Thread(this::end, "waybill-bar");
    private final String name;
    private final Output output;
    private final BarLine line;
    private @Nullable ProgressBar bar;
    private boolean ended;

    Bar(String name, Output output) {
      String printable = Output.printable(name);
      this.name = printable.length() > MAX_NAME ? shortened(printable) : printable;
      this.output = output;
      this.line = new BarLine(output.err());
      try {
        Runtime.getRuntime().addShutdownHook(atExit);
      } catch (IllegalStateException e) {
        ended = true; // the process ends: nothing is drawn
      }
    }

    /** Never ends in the middle of a character that is two Java chars. */
    private static String shortened(String name) {
      int end = MAX_NAME - 3;
      return name.substring(0, Character.isHighSurrogate(name.charAt(end - 1)) ? end - 1 : end)
          + "...";
    }

    @Override
    public synchronized void onRestart(String uploadId, String reason) {
      output.note(ended ? "" : BarLine.CLEAR, restart(name, uploadId, reason));
    }

    @Override
    public synchronized void onProgress(UploadProgress progress) {
      if (progress.phase() == Phase.STARTING || ended) {
        return;
      }
      if (bar == null) {
        // What an earlier run sent counts for the bar, not for the speed.
        bar =
            new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(progress.totalBytes())
                .startsFrom(progress.confirmedBytes(), Duration.ZERO)
                .setUnit("MiB", 1 << 20)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .setConsumer(line)
                .build();
      }
      if (progress.phase() == Phase.COMPLETED) {
        line.keep();
      }
      bar.stepTo(progress.confirmedBytes() + progress.inFlightBytes());
      bar.setExtraMessage(
          switch (progress.phase()) {
            case COMPARING -> " comparing";
            case COMPLETING -> " completing";
            default -> "";
          });
    }

    private synchronized void end() {
      if (bar != null && !ended) {
        bar.close();
      }
      ended = true;
    }

    @Override
    public void close() {
      end();
      try {
        var unused = Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) {
        // It is at work.
      }
    }
  }
}
