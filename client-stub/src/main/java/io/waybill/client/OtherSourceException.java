package io.waybill.client;

/**
 * The upload holds, or may hold, parts of another source than the one at hand. An upload that was
 * found by a state file is then begun anew; one that the caller named is refused.
 */
final class OtherSourceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OtherSourceException(String message) {
    super(message);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
