/**
 * What a developer needs and production does not: an S3 inside the JVM, and later the {@code dev}
 * and {@code demo} commands. Left out of waybill-server.jar, with all it depends on.
 *
 * <p>What must not live here: anything that another package imports.
 */
@NullMarked
package io.waybill.server.dev;

import org.jspecify.annotations.NullMarked;
