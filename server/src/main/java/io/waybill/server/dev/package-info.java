/**
 * What a developer needs and production does not: an S3 inside the JVM, the stack of both that
 * stays up ({@code java -jar waybill-dev.jar}), and the demo. Left out of waybill-server.jar, with
 * all it depends on.
 *
 * <p>What must not live here: anything that another package imports.
 */
@NullMarked
package io.waybill.server.dev;

import org.jspecify.annotations.NullMarked;
