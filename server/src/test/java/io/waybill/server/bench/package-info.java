/**
 * The benchmark: {@code mvn -q -Pbench verify}, and a short form in the tests that keeps it alive.
 * Every figure is a ratio (or a size) of one run: real processes, variants by turns, medians of
 * rounds after a warm-up. Whatever is measured against, an echo or a naive server, lives here too.
 */
@NullMarked
package io.waybill.server.bench;

import org.jspecify.annotations.NullMarked;
