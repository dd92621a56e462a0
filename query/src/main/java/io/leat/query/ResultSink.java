package io.leat.query;

import io.leat.event.LeatException;
import java.util.List;

/**
 * Takes an answer: {@code columns}, then {@code rows} any number of times, then {@code done}; or at
 * any point {@code failed} and nothing after it. Calls come one at a time, from the query's thread
 * or the engine's clock.
 */
public interface ResultSink {
  /** The answer's columns. */
  void columns(List<ResultColumn> columns);

  /**
   * Some rows.
   *
   * @param json UTF-8, a JSON array of rows, each an array of values
   */
  void rows(byte[] json);

  /** That was all. */
  void done(QuerySummary summary);

  /** The query ended without an answer, or in the middle of it. */
  void failed(LeatException failure);

  /** Whether the sink can take no more now; the engine then stops reading from the worker. */
  default boolean isFull() {
    return false;
  }

  /**
   * Registers what is to be run, once, when a full sink has room again or is closed. Called after
   * {@link #isFull} said yes; runs it at once when there is room meanwhile.
   */
  default void whenReady(Runnable resume) {
    resume.run();
  }
}
