package io.waybill.client.cli;

import io.waybill.client.WaybillClient;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: the global options, and the commands below it. */
@Command(
    name = "waybill",
    description = {
      "Uploads files to S3 through a Waybill server.",
      "",
      "The server plans an upload and signs short-lived URLs; the bytes go from here straight to S3,"
          + " in parallel, each part protected by a checksum. An upload that was interrupted, by"
          + " Ctrl-C or by a crash, is resumed by giving the same command again: only the parts"
          + " that are missing are sent.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UploadCommand.class,
      StatusCommand.class,
      WatchCommand.class,
      LsCommand.class,
      AbortCommand.class
    },
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = WaybillCli.Version.class,
    usageHelpWidth = 100,
    abbreviateSynopsis = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything went well",
      "1:an upload or a call failed; standard error says why",
      "2:wrong usage",
      "3:the server cannot be reached, or is not available",
      "4:no such upload",
      "5:the upload that was watched has ended, and not with an object: it was aborted, has expired or"
          + " has failed",
      "130:interrupted; the upload can be resumed"
    },
    footer = {
      "",
      "Examples:",
      "  waybill upload film.mp4",
      "  waybill --server waybill.example.com:443 --tls upload --parallel 8 *.tar",
      "  waybill ls --all --state ACTIVE",
      "  waybill COMMAND --help"
    })
public final class WaybillCli implements Runnable {

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:WAYBILL_SERVER:-localhost:7070}",
      description = "The server's address; or WAYBILL_SERVER. Default: localhost:7070.")
  private String server = "";

  @Option(
      names = "--tls",
      scope = ScopeType.INHERIT,
      description = "Encrypt the connection to the server, trusting the CAs that Java trusts.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A PEM file with the CAs to trust instead. Implies --tls.")
  private @Nullable Path caFile;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:WAYBILL_TOKEN:-}",
      description =
          "The bearer token to send; better WAYBILL_TOKEN, which other users cannot see in the"
              + " process list.")
  private String token = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:WAYBILL_TOKEN_FILE}",
      description =
          "The file that holds the bearer token, read again when it changes; or"
              + " WAYBILL_TOKEN_FILE. --token goes first.")
  private Path tokenFile = Path.of("");

  @Option(
      names = "--insecure-send-token",
      scope = ScopeType.INHERIT,
      description =
          "Send the token even without --tls to a server that is not on this machine: whoever is"
              + " on the way can take it.")
  private boolean insecureSendToken;

  @Option(
      names = "--client-cert",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "A PEM file with the certificate to show to the server. Needs --client-key."
              + " Implies --tls.")
  private @Nullable Path certificate;

  @Option(
      names = "--client-key",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A PEM file with the private key of --client-cert (PKCS #8, no password).")
  private @Nullable Path privateKey;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print results as one JSON object per line.")
  private boolean json;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      description = "No progress on standard error.")
  private boolean quiet;

  @Spec private @Nullable CommandSpec spec;

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    // Since JDK 22 there may be a console where there is no terminal; not with this one.
    System.setProperty("jdk.console", "java.base");
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return commandLine(LocaleText.ofThisProcess());
  }

  static CommandLine commandLine(LocaleText locale) {
    return locale
        .applyTo(new CommandLine(new WaybillCli()))
        .registerConverter(FileArgument.class, text -> new FileArgument(text, locale))
        .setCaseInsensitiveEnumValuesAllowed(true)
        // A file may be named "@x", and what stands in x is not for us to obey.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler(new Failures())
        .setExecutionExceptionHandler(new Failures());
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec().commandLine(), "which command?");
  }

  WaybillClient connect() throws IOException {
    WaybillClient.Builder client = WaybillClient.builder(server.strip());
    if ((certificate == null) != (privateKey == null)) {
      throw new CommandLine.ParameterException(
          spec().commandLine(), "--client-cert and --client-key go together");
    }
    if (caFile != null) {
      client.caFile(caFile);
    } else if (!tls && certificate == null) {
      client.plaintext();
    }
    if (insecureSendToken) {
      client.insecureSendToken();
    }
    if (certificate != null && privateKey != null) {
      client.clientCertificate(certificate, privateKey);
    }
    try {
      if (!token.isEmpty()) {
        client.token(token);
      } else if (!tokenFile.toString().isEmpty()) {
        client.tokenFile(tokenFile).checkToken();
      }
      return client.build();
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec().commandLine(), String.valueOf(e.getMessage()), e);
    } catch (IllegalStateException e) {
      throw new CommandLine.ParameterException(
          spec().commandLine(),
          e.getMessage() + ": give --tls, or --insecure-send-token to send it all the same",
          e);
    }
  }

  Output output() {
    return new Output(spec().commandLine().getOut(), spec().commandLine().getErr(), json, quiet);
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("picocli sets it");
    }
    return spec;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = WaybillCli.class.getPackage().getImplementationVersion();
      return new String[] {"waybill " + (version == null ? "(development)" : version)};
    }
  }
}
