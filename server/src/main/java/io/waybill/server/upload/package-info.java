/**
 * The domain, in plain Java: what an upload is, which states it passes through, and the use cases,
 * one class to a verb, each with {@code execute}.
 *
 * <p>Four ports lead out: {@link io.waybill.server.upload.UploadStore} (sessions and ledger),
 * {@link io.waybill.server.upload.ObjectStore} (S3), {@link io.waybill.server.upload.UrlSigner} and
 * {@link io.waybill.server.upload.ContentDetector}. Time, randomness, waiting and threads come in
 * through the constructors.
 *
 * <p>What must not live here: gRPC, SQL, the AWS SDK, logging of anything a caller sent. This
 * package imports the JDK alone.
 */
@NullMarked
package io.waybill.server.upload;

import org.jspecify.annotations.NullMarked;
