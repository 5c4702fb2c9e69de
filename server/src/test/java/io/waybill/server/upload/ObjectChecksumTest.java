package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectChecksumTest {

  @ParameterizedTest
  @EnumSource(names = {"CRC32", "CRC32C", "CRC64NVME"})
  void combinesTheCrcsOfPartsIntoThatOfTheWhole(ChecksumAlgorithm algorithm) {
    Random random = new Random(3);
    for (int i = 0; i < 50; i++) {
      byte[] whole = new byte[random.nextInt(5_000)];
      random.nextBytes(whole);
      List<Part> parts = new ArrayList<>();
      int at = 0;
      while (at < whole.length || parts.isEmpty()) {
        int end = Math.min(whole.length, at + 1 + random.nextInt(1_500));
        byte[] part = Arrays.copyOfRange(whole, at, end);
        parts.add(part(parts.size() + 1, part.length, crc(algorithm, part)));
        at = end;
      }
      assertThat(ObjectChecksum.of(spec(algorithm, UploadMode.MULTIPART), parts))
          .contains(crc(algorithm, whole));
    }
  }

  /** The check values of the CRC catalogue, for "123456789". */
  @Test
  void theTestsOwnCrcsAreTheFieldsOwn() {
    byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);

    assertThat(crc(ChecksumAlgorithm.CRC32, check).toBytes())
        .isEqualTo(new byte[] {(byte) 0xCB, (byte) 0xF4, 0x39, 0x26});
    assertThat(crc(ChecksumAlgorithm.CRC32C, check).toBytes())
        .isEqualTo(new byte[] {(byte) 0xE3, 0x06, (byte) 0x92, (byte) 0x83});
    assertThat(crc(ChecksumAlgorithm.CRC64NVME, check).toBase64()).isEqualTo("rosUhgp5mIg=");
  }

  @Test
  void sha256OfAMultipartObjectIsTheHashOfTheHashes() throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    Checksum first = Checksum.of(sha256.digest(new byte[] {1}));
    Checksum second = Checksum.of(sha256.digest(new byte[] {2}));
    sha256.update(first.toBytes());
    sha256.update(second.toBytes());

    assertThat(
            ObjectChecksum.of(
                spec(ChecksumAlgorithm.SHA256, UploadMode.MULTIPART),
                List.of(part(1, 1, first), part(2, 1, second))))
        .contains(Checksum.of(sha256.digest()));
  }

  @Test
  void aSinglePutHasItsPartsOwn() {
    Checksum crc = crc(ChecksumAlgorithm.CRC32C, new byte[] {7});

    assertThat(
            ObjectChecksum.of(
                spec(ChecksumAlgorithm.CRC32C, UploadMode.SINGLE), List.of(part(1, 1, crc))))
        .contains(crc);
  }

  @Test
  void saysNothingWhereAPartsIsNotKnown() {
    Part unknown = new Part(1, 1, "e", null, Instant.EPOCH);

    assertThat(
            ObjectChecksum.of(
                spec(ChecksumAlgorithm.CRC32C, UploadMode.MULTIPART), List.of(unknown)))
        .isEmpty();
  }

  private static Part part(int number, long size, Checksum checksum) {
    return new Part(number, size, "e", checksum, Instant.EPOCH);
  }

  private static UploadSpec spec(ChecksumAlgorithm algorithm, UploadMode mode) {
    UploadId id = new UploadId(UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057"));
    return new UploadSpec(
        id,
        "t",
        "r",
        "",
        "d",
        "b",
        "k",
        "",
        "a/b",
        mode,
        PartPlan.whole(1),
        algorithm,
        Map.of(),
        false,
        Duration.ofHours(1),
        Instant.EPOCH,
        Instant.EPOCH);
  }

  private static Checksum crc(ChecksumAlgorithm algorithm, byte[] bytes) {
    switch (algorithm) {
      case CRC32 -> {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return bigEndian(crc.getValue(), 4);
      }
      case CRC32C -> {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return bigEndian(crc.getValue(), 4);
      }
      default -> {
        long crc = -1;
        for (byte b : bytes) {
          crc ^= b & 0xff;
          for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) == 1 ? crc >>> 1 ^ 0x9A6C9329AC4BC9B5L : crc >>> 1;
          }
        }
        return bigEndian(~crc, 8);
      }
    }
  }

  private static Checksum bigEndian(long value, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (value >>> (8 * (length - 1 - i)));
    }
    return Checksum.of(bytes);
  }
}
