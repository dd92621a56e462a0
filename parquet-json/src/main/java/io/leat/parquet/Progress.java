package io.leat.parquet;

/** Is told how far a conversion is, by one thread at a time. It must be quick. */
public interface Progress {
  /** Does nothing. */
  Progress NONE =
      new Progress() {
        @Override
        public void at(long rows, long bytesRead, long bytesWritten) {}

        @Override
        public void rowGroupDone(int next, int partsClosed) {}
      };

  /**
   * So far, some times a second at most.
   *
   * @param rows of the file that are written or left out
   * @param bytesRead from the source
   * @param bytesWritten to the sink
   */
  void at(long rows, long bytesRead, long bytesWritten);

  /**
   * All rows of the row groups before {@code next} are in closed parts: a resume may begin there.
   * Only when parts are aligned to row groups, and at the end.
   *
   * @param partsClosed in this conversion
   */
  void rowGroupDone(int next, int partsClosed);
}
