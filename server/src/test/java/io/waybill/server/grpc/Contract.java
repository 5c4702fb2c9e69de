package io.waybill.server.grpc;

import io.grpc.Status.Code;
import io.waybill.server.upload.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the comments of the .proto files promise: each reason's code, and each RPC's reasons. */
public final class Contract {
  private static final String SERVICE = "UploadService";
  private static final Pattern VALUE = Pattern.compile("ERROR_REASON_(\\w+) = [1-9]\\d*;");
  private static final Pattern NAMED = Pattern.compile("(?:rpc|service) (\\w+).*");
  private static final Pattern CODE = Pattern.compile("[A-Z_]+");
  private static final Pattern FAILURE = Pattern.compile("([A-Z_]+) / ([A-Z_]+(?:, [A-Z_]+)*)");

  private final Map<Reason, Code> codes = new EnumMap<>(Reason.class);
  private final Map<String, Map<Reason, Code>> byRpc = new HashMap<>();

  public Contract() {
    declarations("waybill/v1/error.proto", VALUE).forEach(this::value);
    declarations("waybill/v1/upload_service.proto", NAMED)
        .forEach((name, comment) -> byRpc.put(name, failures(comment)));
  }

  private void value(String reason, String comment) {
    Matcher code = CODE.matcher(comment);
    if (code.lookingAt()) {
      codes.put(Reason.valueOf(reason), Code.valueOf(code.group()));
    }
  }

  /** The code that error.proto names with each reason. */
  public Map<Reason, Code> codes() {
    return codes;
  }

  /** What an RPC may answer, by its own comment and the service's. */
  public Map<Reason, Code> of(String rpc) {
    Map<Reason, Code> all = new EnumMap<>(Objects.requireNonNull(byRpc.get(SERVICE)));
    all.putAll(Objects.requireNonNull(byRpc.get(rpc), rpc));
    return all;
  }

  private static Map<Reason, Code> failures(String comment) {
    Map<Reason, Code> failures = new EnumMap<>(Reason.class);
    Matcher found = FAILURE.matcher(comment);
    while (found.find()) {
      for (String reason : found.group(2).split(", ", -1)) {
        failures.put(Reason.valueOf(reason), Code.valueOf(found.group(1)));
      }
    }
    return failures;
  }

  /** What a file declares, by name, each with the comment before it on one line. */
  private static Map<String, String> declarations(String file, Pattern declaration) {
    Map<String, String> declarations = new LinkedHashMap<>();
    StringBuilder comment = new StringBuilder();
    for (String line : text(file).lines().map(String::strip).toList()) {
      if (line.startsWith("//")) {
        comment.append(line.substring(2).strip()).append(' ');
        continue;
      }
      Matcher found = declaration.matcher(line);
      if (found.matches()) {
        declarations.put(found.group(1), comment.toString());
      }
      comment.setLength(0);
    }
    return declarations;
  }

  private static String text(String file) {
    try (InputStream in = Contract.class.getClassLoader().getResourceAsStream(file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
