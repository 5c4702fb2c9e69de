package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.v1.ChecksumAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumsTest {

  private static final byte[] CHECK = "123456789".getBytes(StandardCharsets.US_ASCII);

  @ParameterizedTest
  @CsvSource({
    "CHECKSUM_ALGORITHM_MD5, 25f9e794323b453885f5181f1b624d0b",
    "CHECKSUM_ALGORITHM_CRC32, cbf43926",
    "CHECKSUM_ALGORITHM_CRC32C, e3069283",
    "CHECKSUM_ALGORITHM_CRC64NVME, ae8b14860a799888",
    "CHECKSUM_ALGORITHM_SHA256, 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    "CHECKSUM_ALGORITHM_NONE, ''",
  })
  void matchesTheCataloguesCheckValue(ChecksumAlgorithm algorithm, String hex) throws Exception {
    assertThat(HexFormat.of().formatHex(Checksums.of(algorithm, Bench.body(CHECK)))).isEqualTo(hex);
  }

  @Test
  void isInBase64WhatTheHeaderCarries() throws Exception {
    byte[] checksum =
        Checksums.of(ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC64NVME, Bench.body(CHECK));

    assertThat(Base64.getEncoder().encodeToString(checksum)).isEqualTo("rosUhgp5mIg=");
  }

  @Test
  void readsBodiesLargerThanItsBuffer() throws Exception {
    byte[] bytes = Bench.bytes(300_001);
    Crc64Nvme slow = new Crc64Nvme();
    for (byte b : bytes) {
      slow.update(b);
    }

    byte[] fast = Checksums.of(ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC64NVME, Bench.body(bytes));

    assertThat(fast).isEqualTo(java.nio.ByteBuffer.allocate(8).putLong(slow.getValue()).array());
  }

  @Test
  void givesTheNothingOfNothing() {
    Crc64Nvme crc = new Crc64Nvme();
    assertThat(crc.getValue()).isZero();
    crc.update(CHECK);
    crc.reset();
    assertThat(crc.getValue()).isZero();
  }
}
