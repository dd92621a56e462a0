package io.leat.app.convert;

import io.leat.parquet.FileException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is told of failures. */
final class Sentences {
  private Sentences() {}

  /** Of an input or output. */
  static String of(Throwable failure, String file) {
    if (failure instanceof ConvertFailure || failure instanceof WriteFailure) {
      return String.valueOf(failure.getMessage());
    }
    if (failure instanceof FileException refused) {
      WriteFailure unwritten = cause(refused, WriteFailure.class);
      return unwritten != null
          ? String.valueOf(unwritten.getMessage())
          : file + ": " + reason(refused);
    }
    return file + ": " + reason(failure);
  }

  private static String reason(FileException refused) {
    String kind =
        " (" + refused.category().name().toLowerCase(Locale.ROOT) + ", " + refused.code() + ")";
    IOException io = cause(refused, IOException.class);
    if (refused.code().equals("io") && io != null) {
      return reason(io) + kind;
    }
    return refused.getMessage() + kind;
  }

  private static String reason(Throwable failure) {
    if (failure instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (failure instanceof AccessDeniedException) {
      return "access is denied";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "it exists already";
    }
    if (failure instanceof NotDirectoryException) {
      return "it is no folder";
    }
    if (failure instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    if (failure instanceof IOException && failure.getMessage() != null) {
      return failure.getMessage();
    }
    return failure.getClass().getSimpleName()
        + (failure.getMessage() == null ? "" : ": " + failure.getMessage())
        + " (--verbose shows more)";
  }

  static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
    }
    return null;
  }
}
