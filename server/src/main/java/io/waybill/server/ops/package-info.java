/** Logging, and later the metrics that are not gRPC's. Imports nothing of Waybill's. */
@NullMarked
package io.waybill.server.ops;

import org.jspecify.annotations.NullMarked;
