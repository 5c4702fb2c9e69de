/** Tests and fakes of the domain. */
@NullMarked
package io.waybill.server.upload;

import org.jspecify.annotations.NullMarked;
