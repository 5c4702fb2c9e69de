package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTargetTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:7070",
        "LOCALHOST:7070",
        "localhost",
        "127.0.0.1:7070",
        "127.1.2.3",
        "[::1]:7070",
        "dns:localhost:7070",
        "dns:///127.0.0.1:7070",
        "unix:/run/waybill.sock",
        "unix:///run/waybill.sock"
      })
  void staysOnThisMachine(String target) {
    assertThat(LoopbackTarget.is(target)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "waybill.example.com:443",
        "localhost.example.com:7070",
        "127.0.0.1.example.com:7070",
        "10.0.0.1:7070",
        "0.0.0.0:7070",
        "[::]:7070",
        "[2001:db8::1]:7070",
        "dns:///waybill:7070",
        "dns://resolver/localhost:7070",
        "localhost:7070@example.com",
        "xds:///localhost:7070",
        "localhost:7070,example.com:7070",
        ""
      })
  void leavesIt(String target) {
    assertThat(LoopbackTarget.is(target)).isFalse();
  }
}
