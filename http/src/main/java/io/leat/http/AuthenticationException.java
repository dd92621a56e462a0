package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;

/** No valid credential. The reason is a short constant, a label of the metric. */
public final class AuthenticationException extends LeatException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public AuthenticationException(String reason, String message) {
    super(ErrorCode.UNAUTHENTICATED, message);
    this.reason = reason;
  }

  /** Why, in kebab case, one of few: {@code missing}, {@code expired}, {@code revoked}. */
  public String reason() {
    return reason;
  }
}
