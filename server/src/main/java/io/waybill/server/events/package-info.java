/**
 * S3's event notifications: {@link io.waybill.server.events.SqsConsumer} takes them from an SQS
 * queue, {@link io.waybill.server.events.EventDocument} reads them as S3, SNS and EventBridge write
 * them, and {@link io.waybill.server.events.EventHandler} hands each on to {@link
 * io.waybill.server.upload.ConfirmUpload}.
 *
 * <p>An event is a hint (PROTOCOL row 25): whoever can write to the queue can say anything. So
 * nothing of a document is believed, used or logged but which object is said to have been created;
 * what follows from that is the domain's to decide, by S3's own word.
 */
@NullMarked
package io.waybill.server.events;

import org.jspecify.annotations.NullMarked;
