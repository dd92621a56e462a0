package io.leat.action.outbound;

/**
 * A setting that nothing can be sent with: it refers to what is not there, or is not what it has to
 * be. The message says what to do; it holds no value.
 */
public final class UnusableSettingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String message;

  public UnusableSettingException(String message) {
    super(message);
    this.message = message;
  }

  /** Never null. */
  @Override
  public String getMessage() {
    return message;
  }
}
