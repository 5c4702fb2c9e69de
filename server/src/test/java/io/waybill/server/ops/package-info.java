/** Logging. */
@NullMarked
package io.waybill.server.ops;

import org.jspecify.annotations.NullMarked;
