package io.leat.app.client;

/** An answer that refuses: its status and, of the problem document, code and detail. */
public final class HttpProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  HttpProblemException(int status, String code, String detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The code of the catalogue, such as {@code unauthenticated}; empty when the answer has none. */
  public String code() {
    return code;
  }
}
