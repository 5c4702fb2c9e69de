package io.waybill.server.dev;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** An S3 on the loopback address. */
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

  private final S3Proxy server;
  private final URI endpoint;

  private EmbeddedS3(S3Proxy server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  public static EmbeddedS3 start(
      Path folder,
      int port,
      String accessKey,
      String secretKey,
      Collection<String> buckets,
      Listener listener)
      throws IOException {
    Files.createDirectories(folder);
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
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("the embedded S3 does not start", e);
    }
    return new EmbeddedS3(server, URI.create("http://127.0.0.1:" + server.getPort()));
  }

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

  private static final class Observed extends ForwardingBlobStore {
    /** What S3Proxy keeps for itself beside the objects. */
    private static final String OWN_KEYS = ".s3proxy-";

    private final Listener listener;

    Observed(BlobStore files, Listener listener) {
      super(files);
      this.listener = listener;
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
      PutObjectResponse response = super.putBlob(request, body);
      if (!request.key().startsWith(OWN_KEYS)) {
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
