package io.leat.action.target;

/**
 * A target refuses whoever asks: its secret is missing or not accepted. It is not asked again soon,
 * for many lock an account that fails to log in again and again.
 */
public final class TargetRefusesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param reason for people
   */
  public TargetRefusesException(String reason) {
    super(reason, null, false, false);
  }
}
