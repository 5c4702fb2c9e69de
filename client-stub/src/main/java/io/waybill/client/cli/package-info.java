/**
 * The command line, {@code waybill-cli.jar}: {@link io.waybill.client.cli.WaybillCli} and one class
 * per command. It uses nothing of the client but its public API. Results go to standard output,
 * everything else to standard error.
 */
@NullMarked
package io.waybill.client.cli;

import org.jspecify.annotations.NullMarked;
