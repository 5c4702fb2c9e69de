package io.waybill.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a configuration is, it is read, or refused with what is wrong. */
class ConfigFuzzTest {
  /** Where it listens is looked up, perhaps far away. */
  private static final Map<String, String> HERE = Map.of("listen", "127.0.0.1:0");

  static Stream<byte[]> seeds() {
    String one = "destinations: [{name: d, bucket: b, region: us-east-1, %s}]";
    return Stream.of(
            "",
            "a",
            "- a",
            "? {a: b}",
            "a: &a [*a]",
            "!a%a",
            one.formatted("max_size: 5GiB, url_ttl: 15m"),
            one.formatted("max_size: 99999999999999999999GiB"),
            one.formatted("url_ttl: 99999999999999999999d"),
            one.formatted("url_ttl: -1s"),
            one.formatted("endpoint: 'http://[::1'"),
            one.formatted("content_types: [x]"),
            one.formatted("key_template: '{upload_id}/{x}'"),
            one.formatted("key_prefix: /") + "\nsweeper: {interval: 0s}",
            "auth: {jwt: {issuer: i, audience: a, jwks_url: 'http://x y'}}",
            "auth: {jwt: {issuer: i, audience: a, jwks_file: \"\\0\"}}",
            "data_dir: \"\\0\"")
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void isReadOrRefusedInWords(byte[] yaml) {
    try {
      assertThat(ServerConfig.parse(new String(yaml, UTF_8), HERE)).isNotNull();
    } catch (ConfigException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
