package io.leat.parquet;

/** Parquet to JSON. */
public final class Conversion {
  private Conversion() {}

  /**
   * Converts the row groups from one on. It blocks until all parts are closed, or until it has
   * failed and the open part is aborted. Interrupting the thread cancels it.
   *
   * @param threads that work at most; fewer if memory does not suffice for so many
   * @param fromRowGroup index of the first row group
   * @throws FileException when it failed; closed parts stay
   */
  public static Converted run(
      ParquetFile file,
      JsonOptions json,
      OutputOptions output,
      int threads,
      int fromRowGroup,
      PartSink sink,
      Progress progress)
      throws FileException {
    throw new UnsupportedOperationException();
  }
}
