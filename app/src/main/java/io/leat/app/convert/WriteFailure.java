package io.leat.app.convert;

import java.io.IOException;

/** The output cannot be written; the message is a sentence for the user. */
final class WriteFailure extends IOException {
  private static final long serialVersionUID = 1L;

  WriteFailure(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
