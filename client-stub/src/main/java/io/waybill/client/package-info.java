/** The Java client of Waybill. */
@NullMarked
package io.waybill.client;

import org.jspecify.annotations.NullMarked;
