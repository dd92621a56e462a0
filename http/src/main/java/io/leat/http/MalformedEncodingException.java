package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;

/** A body that its Content-Encoding does not fit, with the bytes that came. */
public final class MalformedEncodingException extends LeatException {
  private static final long serialVersionUID = 1L;

  private final transient byte[] received;

  MalformedEncodingException(String message, byte[] received, Throwable cause) {
    super(ErrorCode.MALFORMED_ENCODING, message, cause);
    this.received = received;
  }

  /** The body as it came, not copied. */
  public byte[] received() {
    return received;
  }
}
