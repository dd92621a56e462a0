package io.leat.action.outbound;

/** A host that must not be connected to. The message says why and what to do. */
public final class ForbiddenAddressException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String message;

  ForbiddenAddressException(String message) {
    super(message);
    this.message = message;
  }

  /** Never null. */
  @Override
  public String getMessage() {
    return message;
  }
}
