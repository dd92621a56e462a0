package io.leat.parquet;

import org.jspecify.annotations.Nullable;

/** Why a file was not converted: one sentence, without anything of the file's values. */
public final class FileException extends Exception {
  private static final long serialVersionUID = 1L;

  private final FileErrorCategory category;
  private final String code;

  /**
   * @param code stable, for machines, such as {@code bad-footer}
   * @param message one sentence without payload
   */
  public FileException(FileErrorCategory category, String code, String message) {
    this(category, code, message, null);
  }

  /**
   * @param code stable, for machines, such as {@code bad-footer}
   * @param message one sentence without payload
   * @param cause what was thrown below
   */
  public FileException(
      FileErrorCategory category, String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.category = category;
    this.code = code;
  }

  /** Whose fault it is. */
  public FileErrorCategory category() {
    return category;
  }

  /** Stable, for machines, such as {@code bad-footer}. */
  public String code() {
    return code;
  }
}
