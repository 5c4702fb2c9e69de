package io.waybill.server.events;

/**
 * A message that was received and not deleted.
 *
 * @param id the queue's name for it, for the log
 * @param receiptHandle lets whoever has it delete the message; never logged
 * @param body what anybody may have written; never logged
 * @param receiveCount how often it has been received by now
 */
record QueueMessage(String id, String receiptHandle, String body, int receiveCount) {
  @Override
  public String toString() {
    return "message " + id + ", received " + receiveCount + " times";
  }
}
