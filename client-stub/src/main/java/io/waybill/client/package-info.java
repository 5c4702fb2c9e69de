/**
 * The Java client of Waybill: uploads to S3 that a Waybill server plans and signs, and whose bytes
 * go straight to S3.
 *
 * <p>A {@link io.waybill.client.WaybillClient} is the connection to the server, an {@link
 * io.waybill.client.Uploader} does whole uploads through it. Make one of each and keep them.
 *
 * <pre>{@code
 * try (WaybillClient client =
 *     WaybillClient.builder("waybill.example.com:443").token(tokens::current).build()) {
 *   Uploader uploader = Uploader.builder(client).parallel(8).build();
 *   Upload upload = uploader.upload(Path.of("film.mp4"));
 *   System.out.println(upload.getObject().getLocation());
 * }
 * }</pre>
 *
 * <p><b>Options.</b> {@link io.waybill.client.UploadOptions} says where to and how: destination,
 * key, content type, part size, checksum, metadata. Whatever is left out is the server's choice, or
 * follows from the file's name.
 *
 * <pre>{@code
 * var options = UploadOptions.builder()
 *     .destination("media")
 *     .objectKey("2026/film.mp4")
 *     .metadata(Map.of("title", "Film"))
 *     .build();
 * Upload upload = uploader.upload(file, options);
 * }</pre>
 *
 * <p><b>In the background.</b> {@code start} returns an {@link io.waybill.client.UploadHandle} at
 * once, to pause, resume, cancel or abort, and tells a {@link io.waybill.client.ProgressListener}
 * how it goes on.
 *
 * <pre>{@code
 * UploadHandle handle = uploader.start(file, options,
 *     p -> log("%s: %d of %d bytes", p.phase(), p.confirmedBytes(), p.totalBytes()));
 * handle.pause();
 * handle.resume();
 * handle.result().thenAccept(upload -> log("done: %s", upload.getUploadId()));
 * }</pre>
 *
 * <p><b>Streams.</b> {@code uploader.upload(stream, sizeBytes, options)} uploads what is read from
 * a stream of known length. Parts on their way are kept until S3 has them, in memory up to 32 MiB
 * together and in temporary files beyond.
 *
 * <p><b>Failures.</b> Passing troubles are tried again, with backoff, a bounded number of times. An
 * {@link io.waybill.client.UploadFailedException} says what kind of failure it was in the end, and
 * whether the upload is resumable. A resumable upload of a file goes on with the same call, even
 * after a crash: a small state file remembers its session, and only missing parts are sent. A
 * stream's goes on with {@link io.waybill.client.UploadOptions.Builder#uploadId} and the same
 * stream from its beginning; what arrived of it is compared by checksums, since nothing else tells
 * that it is the same.
 *
 * <pre>{@code
 * try {
 *   uploader.upload(file, options);
 * } catch (UploadFailedException e) {
 *   if (e.resumable()) {
 *     retryLater(file, options);
 *   }
 * }
 * }</pre>
 *
 * <p><b>Watching.</b> {@code watchUpload} follows an upload that somebody else sends, a browser
 * say, to its end, over broken connections and from server to server.
 *
 * <pre>{@code
 * Upload end = client.watchUpload(uploadId,
 *     u -> log("%s: %d of %d bytes", u.getState(), u.getUploadedBytes(), u.getSizeBytes()));
 * }</pre>
 *
 * <p><b>The RPCs themselves.</b> The methods of WaybillClient are named as the RPCs and throw
 * {@link io.waybill.client.WaybillException}, with the reason, its variables, and every field that
 * is wrong. Whoever lets a browser do the sending needs only {@code startUpload}, {@code
 * signParts}, {@code reportPart} and {@code complete}; the comments in {@code upload_service.proto}
 * are their manual. The generated stubs are there for everything else.
 */
@NullMarked
package io.waybill.client;

import org.jspecify.annotations.NullMarked;
