package io.leat.files.arrival;

import java.io.IOException;

/** The file is not there any more, or not in the version that was seen. */
public final class InputGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  public InputGoneException(String message) {
    super(message);
  }
}
