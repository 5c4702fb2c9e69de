package io.waybill.server.sim;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UrlSigner;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Signs, and tells the oracle. */
final class SimSigner implements UrlSigner {
  private final World world;

  SimSigner(World world) {
    this.world = world;
  }

  @Override
  public SignedPart sign(
      Upload upload, int number, @Nullable Checksum checksum, Instant now, Instant end) {
    if (world.weather.strikes(Fault.NO_CREDENTIALS, 0.3)) {
      throw new StorageException(StorageException.Kind.UNAVAILABLE, "no credentials");
    }
    UploadSpec spec = upload.spec();
    boolean single = spec.mode() == UploadMode.SINGLE;
    Url url =
        new Url(
            spec,
            upload.progress().storageUploadId(),
            number,
            spec.plan().sizeOf(number),
            end,
            single && !spec.overwrite());
    world.oracle.signed(upload, end);
    return new SignedPart(
        number,
        "PUT",
        world.urls.add(url),
        Map.of(),
        spec.plan().offsetOf(number),
        url.sizeBytes(),
        end,
        List.of("etag"));
  }
}
