/**
 * The real use cases and the real adapter against a real S3 server, over a wire that tears, lies
 * and stalls (PROTOCOL.md, "How it is proven").
 */
@NullMarked
package io.waybill.server.s3.wire;

import org.jspecify.annotations.NullMarked;
