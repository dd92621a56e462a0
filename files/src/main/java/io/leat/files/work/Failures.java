package io.leat.files.work;

import io.leat.files.arrival.InputGoneException;
import io.leat.files.ledger.Category;
import io.leat.files.ledger.Failure;
import io.leat.files.place.StoreException;
import io.leat.parquet.FileException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Of what kind a failure is. */
final class Failures {
  /** Codes of the engine for what {@code limits} of a source refuse. */
  private static final Set<String> LIMITS =
      Set.of(
          "rows", "columns", "depth", "expansion", "page-size", "dictionary-size", "output-size");

  /** Codes of the engine for what is beyond a bound that is the same the next time. */
  private static final Set<String> FIXED = Set.of("names", "footer-size", "memory", "row-size");

  /** How what the engine calls its bounds is called where one can change it. */
  private static final Map<String, String> DECLARED =
      Map.of(
          "maxRows", "limits.rows",
          "maxColumns", "limits.columns",
          "maxDepth", "limits.depth",
          "maxExpansion", "limits.expansion",
          "maxJsonBytes", "limits.output",
          "memoryBytes", "files.memory");

  private Failures() {}

  /** Whether trying again may help. */
  static boolean mayPass(Failure failure) {
    return failure.category().mayPass() && !FIXED.contains(failure.code());
  }

  /** What the engine says. */
  static AttemptFailedException of(FileException e, Breakers.@Nullable Side side) {
    Category category =
        LIMITS.contains(e.code()) ? Category.CONTRACT : Category.valueOf(e.category().name());
    String message = e.getMessage() == null ? e.code() : e.getMessage();
    for (Map.Entry<String, String> bound : DECLARED.entrySet()) {
      message = message.replaceAll("\\b" + bound.getKey() + "\\b", bound.getValue());
    }
    IOException below = ioException(e);
    if (category == Category.TRANSIENT && below != null) {
      return of(below, side);
    }
    return new AttemptFailedException(new Failure(category, e.code(), message), null, e);
  }

  private static @Nullable IOException ioException(Throwable e) {
    for (Throwable t = e.getCause(); t != null; t = t.getCause()) {
      if (t instanceof IOException io) {
        return io;
      }
    }
    return null;
  }

  /**
   * What reading or writing says.
   *
   * @param side whose place it is
   */
  static AttemptFailedException of(IOException e, Breakers.@Nullable Side side) {
    if (e instanceof InputGoneException) {
      return failed(Category.TRANSIENT, "input-gone", e.getMessage(), null, e);
    }
    if (isOutOfSpace(e)) {
      return failed(Category.RESOURCE, "disk-full", "There is no space left", side, e);
    }
    String where = side == Breakers.Side.SOURCE ? "source" : "sink";
    if (e instanceof AccessDeniedException
        || (e instanceof StoreException store && store.status() == 403)) {
      return failed(
          Category.TRANSIENT, where + "-refused", "Access is denied: " + text(e), side, e);
    }
    return failed(Category.TRANSIENT, where + "-unavailable", text(e), side, e);
  }

  private static AttemptFailedException failed(
      Category category,
      String code,
      @Nullable String reason,
      Breakers.@Nullable Side side,
      Throwable cause) {
    return new AttemptFailedException(
        new Failure(category, code, reason == null ? code : reason), side, cause);
  }

  private static boolean isOutOfSpace(IOException e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("disk quota exceeded");
  }

  private static String text(IOException e) {
    if (e instanceof FileSystemException file) {
      String reason = file.getReason();
      return file.getClass().getSimpleName().replace("Exception", "")
          + (reason == null ? "" : ": " + reason);
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** What nobody foresaw: a defect, a stack that overflowed, a native library that is missing. */
  static AttemptFailedException of(Throwable e) {
    if (e instanceof OutOfMemoryError full) {
      return of(full);
    }
    return failed(
        Category.OURS,
        "internal",
        "Leat failed: " + e.getClass().getSimpleName() + "; its log says where",
        null,
        e);
  }

  /** The heap was full. */
  private static AttemptFailedException of(OutOfMemoryError e) {
    return failed(
        Category.RESOURCE,
        "out-of-memory",
        "The heap was full; give Leat more, or 'files.memory' less",
        null,
        e);
  }
}
