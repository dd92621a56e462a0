package io.leat.app.cli;

import org.jspecify.annotations.Nullable;

/** A command cannot do its work: one sentence for the user, exit code 1. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandFailure(String sentence) {
    this(sentence, null);
  }

  CommandFailure(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
