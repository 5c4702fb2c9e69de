/** The Waybill server: wiring, configuration and commands. */
@NullMarked
package io.waybill.server;

import org.jspecify.annotations.NullMarked;
