@NullMarked
package io.waybill.server.content;

import org.jspecify.annotations.NullMarked;
