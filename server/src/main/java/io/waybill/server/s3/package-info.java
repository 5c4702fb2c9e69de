/**
 * S3: {@link io.waybill.server.upload.ObjectStore} on the AWS SDK, and {@link
 * io.waybill.server.upload.UrlSigner} by a presigner of our own, which agrees with the SDK's to the
 * byte ({@link io.waybill.server.s3.SigV4UrlSigner}); the tests hold both against each other.
 * {@link io.waybill.server.s3.S3Storage} opens both, and asks a bucket whether it is as it should
 * be ({@link io.waybill.server.s3.StorageCheck}).
 *
 * <p>What lives here is translation, and what is known of S3 and of the stores that resemble it:
 * which request may be repeated, which answer is a success, and what a failure says of the outcome
 * ({@link io.waybill.server.s3.S3Failures}).
 *
 * <p>What must not live here: decisions. Whether to retry a create or a Complete, and what an
 * object that stands at the key means, is the domain's to say. Nothing here logs: a URL is a
 * capability.
 */
@NullMarked
package io.waybill.server.s3;

import org.jspecify.annotations.NullMarked;
