package io.waybill.client.cli;

import io.grpc.Status;
import io.waybill.client.UploadFailedException;
import io.waybill.client.WaybillException;
import io.waybill.v1.ErrorReason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** Turns what a command throws into a line on standard error and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

  static final int USAGE = 2;
  static final int FAILED = 1;
  static final int UNAVAILABLE = 3;
  static final int NOT_FOUND = 4;
  static final int ENDED_OTHERWISE = 5;
  static final int INTERRUPTED = 130;

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String message = Output.printable(String.valueOf(e.getMessage()));
    command.getErr().println("waybill: " + message + "; see " + name + " --help");
    return USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    String file = e instanceof FileSystemException about ? about.getFile() + ": " : "";
    command.getErr().println("waybill: " + Output.printable(file + describe(e)));
    return exitCode(e);
  }

  static int exitCode(Throwable failure) {
    if (failure instanceof UploadFailedException e) {
      if (e.kind() == UploadFailedException.Kind.CANCELLED) {
        return INTERRUPTED;
      }
      Throwable cause = e.getCause();
      int code = cause == null ? FAILED : exitCode(cause);
      // Once the upload is under way, it is no longer the options that are wrong.
      return code == USAGE && e.resumable() ? FAILED : code;
    } else if (failure instanceof WaybillException e) {
      return switch (e.code()) {
        case UNAVAILABLE, DEADLINE_EXCEEDED -> UNAVAILABLE;
        case NOT_FOUND -> NOT_FOUND;
        case INVALID_ARGUMENT -> misused(e) ? USAGE : FAILED;
        default -> FAILED;
      };
    }
    return FAILED;
  }

  /** An id or an option is wrong, as against a file that the destination does not take. */
  private static boolean misused(Throwable failure) {
    return failure instanceof WaybillException e
        && e.code() == Status.Code.INVALID_ARGUMENT
        && !e.is(ErrorReason.ERROR_REASON_SIZE_LIMIT_EXCEEDED)
        && !e.is(ErrorReason.ERROR_REASON_CONTENT_TYPE_NOT_ALLOWED);
  }

  static String describe(Throwable failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file";
    } else if (failure instanceof AccessDeniedException) {
      return "permission denied";
    } else if (failure instanceof FileSystemException e) {
      return Objects.requireNonNullElse(e.getReason(), "cannot be read");
    } else if (failure instanceof IOException || failure instanceof TypeConversionException) {
      return Objects.requireNonNullElse(failure.getMessage(), "cannot be read");
    } else if (failure instanceof UploadFailedException || failure instanceof WaybillException) {
      return failure.getMessage() + details(failure);
    }
    return "a defect: " + Objects.requireNonNullElse(failure.getMessage(), "no message");
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private static String details(Throwable failure) {
    if (failure instanceof WaybillException e) {
      StringBuilder details = new StringBuilder();
      // A single one is the message already.
      if (e.fieldViolations().size() > 1) {
        e.fieldViolations()
            .forEach(v -> details.append("%n  %s: %s".formatted(v.field(), v.description())));
      }
      if (e.code() == Status.Code.UNAVAILABLE && e.reason().isEmpty()) {
        details.append("%n  %s; see --server and --tls".formatted(rootMessage(e)));
      }
      return details.toString();
    }
    return failure.getCause() == null ? "" : details(failure.getCause());
  }
}
