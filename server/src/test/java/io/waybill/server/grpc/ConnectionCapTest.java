package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionCapTest {

  @Test
  void ofIpv6ThePrefixCountsThatASubscriberHas() throws Exception {
    assertThat(address("2001:db8:1:2::1")).isEqualTo(address("2001:db8:1:2:ffff::9"));
    assertThat(address("2001:db8:1:2::1")).isNotEqualTo(address("2001:db8:1:3::1"));
  }

  @Test
  void ofIpv4TheWholeAddressCounts() throws Exception {
    assertThat(address("192.0.2.1")).isEqualTo(address("192.0.2.1"));
    assertThat(address("192.0.2.1")).isNotEqualTo(address("192.0.2.2"));
  }

  @Test
  void whatHasNoAddressIsOfNone() {
    assertThat(ConnectionCap.address(null)).isNull();
    assertThat(ConnectionCap.address(InetSocketAddress.createUnresolved("x", 1))).isNull();
  }

  private static @Nullable ByteBuffer address(String text) throws UnknownHostException {
    return ConnectionCap.address(new InetSocketAddress(InetAddress.getByName(text), 1));
  }
}
