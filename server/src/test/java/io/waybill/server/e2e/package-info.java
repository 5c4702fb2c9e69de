/** The jars as a caller meets them: real processes, a real S3 beside them, nothing from inside. */
@NullMarked
package io.waybill.server.e2e;

import org.jspecify.annotations.NullMarked;
