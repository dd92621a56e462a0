package io.leat.event;

import org.jspecify.annotations.Nullable;

/**
 * A refusal or a failure with its code. The message is for people and says what to do; it holds
 * neither payload nor secret.
 */
public class LeatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public LeatException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public LeatException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The code from the one catalogue. */
  public ErrorCode code() {
    return code;
  }
}
