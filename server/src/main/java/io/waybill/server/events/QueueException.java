package io.waybill.server.events;

import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * The queue did not do what was asked of it. The message is a line of ours: the SDK's own may quote
 * a receipt handle.
 */
public final class QueueException extends Exception {
  private static final long serialVersionUID = 1L;

  private QueueException(String message) {
    super(message);
  }

  static QueueException of(RuntimeException failure) {
    if (failure instanceof AwsServiceException service) {
      String code = service.awsErrorDetails() == null ? "" : service.awsErrorDetails().errorCode();
      return new QueueException("HTTP " + service.statusCode() + " " + code);
    }
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return new QueueException(root.getClass().getSimpleName());
  }
}
