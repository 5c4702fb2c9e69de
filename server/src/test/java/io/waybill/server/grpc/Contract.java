package io.waybill.server.grpc;

import io.grpc.Status.Code;
import io.waybill.server.upload.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the comments of the .proto files promise: each reason's code, and each RPC's reasons. */
final class Contract {
  private static final String SERVICE = "UploadService";
  private static final Pattern NAMED =
      Pattern.compile("//((?:(?!//)[^;{}])*?)(?:\\brpc|\\bservice) (\\w+)");
  private static final Pattern FAILURE =
      Pattern.compile("([A-Z_]+) / ([A-Z_]+(?:, [A-Z_]+(?! /))*)");
  private static final Pattern VALUE =
      Pattern.compile("// ([A-Z_]+)\\b[^/;]*?ERROR_REASON_(\\w+) = \\d+;");

  private final Map<Reason, Code> codes = new EnumMap<>(Reason.class);
  private final Map<String, Map<Reason, Code>> byRpc = new HashMap<>();

  Contract() {
    Matcher values = VALUE.matcher(prose("waybill/v1/error.proto"));
    while (values.find()) {
      codes.put(Reason.valueOf(values.group(2)), Code.valueOf(values.group(1)));
    }
    Matcher named = NAMED.matcher(prose("waybill/v1/upload_service.proto"));
    while (named.find()) {
      byRpc.put(named.group(2), failures(named.group(1)));
    }
  }

  /** The code that error.proto names with each reason. */
  Map<Reason, Code> codes() {
    return codes;
  }

  /** What an RPC may answer, by its own comment and the service's. */
  Map<Reason, Code> of(String rpc) {
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

  /** A file whose comments are one line each, marked at their beginning only. */
  private static String prose(String file) {
    try (InputStream in = Contract.class.getClassLoader().getResourceAsStream(file)) {
      byte[] bytes = Objects.requireNonNull(in, file).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8)
          .replaceAll("\\n *// *", "\n// ")
          .replaceAll("(?<=//[^\\n]{0,100})\\n// ?", " ")
          .replaceAll("\\s+", " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
