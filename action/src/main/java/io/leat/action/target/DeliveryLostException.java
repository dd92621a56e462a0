package io.leat.action.target;

/** A delivery is no longer this worker's. Whoever delivers lets it through. */
public final class DeliveryLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeliveryLostException(String message) {
    super(message);
  }
}
