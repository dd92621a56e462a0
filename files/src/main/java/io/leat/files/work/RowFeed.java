package io.leat.files.work;

import java.io.IOException;
import java.util.List;

/** The way of converted rows into a stream. Thread-safe; blocks. */
@FunctionalInterface
public interface RowFeed {
  /** For where no stream is declared. */
  RowFeed NONE =
      (stream, file, first, rows) -> {
        throw new IOException("rows go to no stream here");
      };

  /**
   * Hands rows over. The same rows may be handed over again: their ids are of the file and the row.
   *
   * @param stream {@code blueprint.stream}
   * @param file the file's id
   * @param first the number of the first of them in the output, from 0
   * @param rows a JSON object each
   * @return how many of them the stream refused; it keeps them as rejected
   * @throws IOException when some were not taken: all are to be handed over again
   */
  long feed(String stream, String file, long first, List<byte[]> rows)
      throws IOException, InterruptedException;
}
