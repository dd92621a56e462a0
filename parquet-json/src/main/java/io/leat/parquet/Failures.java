package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** From what was thrown inside to what users of the engine are told. */
final class Failures {
  private Failures() {}

  static FileException of(Throwable thrown) {
    if (thrown instanceof FileException known) {
      return known;
    }
    if (thrown instanceof Refusal refusal) {
      return new FileException(
          FileErrorCategory.valueOf(refusal.kind().name()),
          refusal.code(),
          String.valueOf(refusal.getMessage()),
          refusal);
    }
    if (thrown instanceof ClosedByInterruptException) {
      return cancelled();
    }
    if (thrown instanceof IOException) {
      return new FileException(
          FileErrorCategory.TRANSIENT,
          "io",
          "reading or writing failed: " + thrown.getClass().getSimpleName(),
          thrown);
    }
    if (thrown instanceof IndexOutOfBoundsException) {
      // Sizes and positions of the file are used as indexes; the JVM's check is one of the checks.
      return new FileException(
          FileErrorCategory.CORRUPT, "bad-page", "a page refers to what is not there", thrown);
    }
    if (thrown instanceof OutOfMemoryError) {
      return new FileException(
          FileErrorCategory.RESOURCE,
          "heap",
          "the heap is smaller than memoryBytes and what else runs needs: lower memoryBytes",
          thrown);
    }
    return new FileException(
        FileErrorCategory.OURS,
        "defect",
        "a defect of Leat's: " + thrown.getClass().getSimpleName(),
        thrown);
  }

  static FileException cancelled() {
    return new FileException(
        FileErrorCategory.TRANSIENT, "cancelled", "the conversion was cancelled");
  }
}
