/** S3's events from a real queue, and what strangers may put into it. */
@NullMarked
package io.waybill.server.events;

import org.jspecify.annotations.NullMarked;
