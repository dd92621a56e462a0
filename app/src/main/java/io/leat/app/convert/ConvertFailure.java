package io.leat.app.convert;

import org.jspecify.annotations.Nullable;

/** One file, or the whole command, cannot be done: a sentence for the user, exit code 1. */
final class ConvertFailure extends Exception {
  private static final long serialVersionUID = 1L;

  ConvertFailure(String sentence) {
    this(sentence, null);
  }

  ConvertFailure(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
