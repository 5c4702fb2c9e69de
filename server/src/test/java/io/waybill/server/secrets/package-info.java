/**
 * What nobody may read: no URL, signature, token or key stands in anything that a test logged,
 * printed or was told, nor in the text of what holds them.
 */
@NullMarked
package io.waybill.server.secrets;

import org.jspecify.annotations.NullMarked;
