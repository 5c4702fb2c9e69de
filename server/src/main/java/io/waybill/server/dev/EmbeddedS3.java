package io.waybill.server.dev;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.CrossOriginResourceSharing;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * An S3 in this JVM, on the loopback address: S3Proxy 4.1.0 over the files of a folder, with
 * Amazon's own signatures. Buckets are in the path.
 *
 * <p>What it does with what Waybill relies on, as {@code ObjectStoreContract} finds it:
 *
 * <ul>
 *   <li>{@code If-None-Match: *} holds on PutObject and on Complete, {@code If-Match} on delete. A
 *       repeated Complete is answered as the first was.
 *   <li>Checksums and Content-MD5 are verified on every PUT (400), and returned by it. ListParts
 *       does not show them; Complete returns the object's only where the manifest has them, does
 *       not verify those, and takes them for SHA-256's word. Undeclared ones pass.
 *   <li>Whatever is signed holds: a body of another length, another header, another URL, a changed
 *       signature and a URL past its end are answered 403. Headers that are not signed pass. After
 *       a refusal it closes the connection without a word.
 *   <li>ListParts has no pages (501 to a marker), answers an empty list for an upload that it does
 *       not know, and parts of such an upload are stored. Complete sorts the parts, and ignores
 *       {@code x-amz-mp-object-size} together with all headers it does not know.
 *   <li>It has no tags of objects (501), no bucket policies, and shows all buckets to everybody.
 *   <li>Keys come back as they went in, all of Unicode; a segment may have 200 bytes, one of 230 is
 *       answered 500. Metadata is kept in extended attributes of the files. Printable ASCII comes
 *       back as it went in, but for spaces at the ends, which HTTP takes away; what is not Latin-1
 *       never gets here whole, so that its signature is refused.
 * </ul>
 */
public final class EmbeddedS3 implements AutoCloseable {

  /** Told of every body that was stored. Called on the server's threads. */
  public interface Listener {
    /**
     * A PUT was taken.
     *
     * @param partNumber 0 where it was a PutObject
     */
    void stored(String key, int partNumber);
  }

  /**
   * What README's CORS rules are for a bucket, for pages that are served from this machine. Origins
   * and headers are regular expressions to S3Proxy.
   */
  private static final CrossOriginResourceSharing CORS =
      new CrossOriginResourceSharing(
          List.of("https?://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]+)?"),
          List.of("PUT"),
          List.of("*"),
          List.of(
              "ETag",
              "x-amz-checksum-crc32",
              "x-amz-checksum-crc32c",
              "x-amz-checksum-crc64nvme",
              "x-amz-checksum-sha256"),
          "");

  /** How long closing waits for requests under way. */
  private static final long STOP_TIMEOUT_MILLIS = 2000;

  private final S3Proxy server;
  private final URI endpoint;

  private EmbeddedS3(S3Proxy server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /**
   * Starts one.
   *
   * @param folder where the objects are kept; made where it is missing. Its file system has to have
   *     extended attributes.
   * @param port 0 for any that is free
   * @param buckets made where they are missing
   * @throws IOException where the folder will not do, or the port is taken
   */
  public static EmbeddedS3 start(
      Path folder,
      int port,
      String accessKey,
      String secretKey,
      Collection<String> buckets,
      Listener listener)
      throws IOException {
    Files.createDirectories(folder);
    requireAttributes(folder);
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    BlobStore files = BlobStores.create("filesystem-nio2", properties);
    for (String bucket : buckets) {
      if (!files.containerExists(bucket)) {
        files.createContainer(bucket);
      }
    }
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new Observed(files, listener))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .ignoreUnknownHeaders(true)
            .corsRules(CORS)
            .stopTimeout(STOP_TIMEOUT_MILLIS)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("the embedded S3 does not start", e);
    }
    return new EmbeddedS3(server, URI.create("http://127.0.0.1:" + server.getPort()));
  }

  /** Without them S3Proxy forgets content types and metadata, and says nothing. */
  private static void requireAttributes(Path folder) throws IOException {
    Path probe = Files.createTempFile(folder, ".probe", "");
    try {
      Files.setAttribute(probe, "user:waybill", new byte[] {1});
    } catch (UnsupportedOperationException | IOException e) {
      throw new IOException("no extended attributes in " + folder + "; take another folder", e);
    } finally {
      Files.delete(probe);
    }
  }

  /** Where it listens, without a bucket. */
  public URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the embedded S3 does not stop", e);
    }
  }

  /** Tells of what was stored, and else steps aside. */
  private static final class Observed extends ForwardingBlobStore {
    /** S3Proxy's own record of a multipart upload. */
    private static final String STUB_PREFIX = ".s3proxy-mpu-stub-";

    private final Listener listener;

    Observed(BlobStore files, Listener listener) {
      super(files);
      this.listener = listener;
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
      PutObjectResponse response = super.putBlob(request, body);
      if (!request.key().startsWith(STUB_PREFIX)) {
        listener.stored(request.key(), 0);
      }
      return response;
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
        MultipartUpload upload, UploadPartRequest request, InputStream body) {
      UploadPartResponse response = super.uploadMultipartPart(upload, request, body);
      listener.stored(upload.blobName(), request.partNumber());
      return response;
    }
  }
}
