package io.waybill.server.sim;

import java.time.Instant;

/**
 * What S3 has taken and not yet done.
 *
 * @param at when it is done at the latest
 * @param storageUploadId of which multipart upload; may be empty
 */
record Pending(Instant at, boolean completes, String storageUploadId, String what, Runnable work) {}
