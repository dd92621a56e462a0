package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Parquet to JSON. */
public final class Conversion {
  private Conversion() {}

  /**
   * Converts the row groups from one on. It blocks until all parts are closed, or until it has
   * failed and the open part is aborted. Interrupting the thread cancels it.
   *
   * @param threads that work at most, the calling one among them; fewer if memory does not suffice
   *     for so many
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
    if (threads < 1 || fromRowGroup < 0 || fromRowGroup > file.rowGroups().size()) {
      throw new IllegalArgumentException("threads or fromRowGroup is out of range");
    }
    Budget budget = new Budget(file.limits().memoryBytes());
    Parts parts = new Parts(output, sink, budget);
    try {
      Work work = new Work(file, json, output, threads, fromRowGroup, parts, progress, budget);
      together(work);
      work.requireAllRows();
      parts.finish();
      progress.rowGroupDone(file.rowGroups().size(), parts.closed().size());
      return work.converted();
    } catch (Throwable e) {
      parts.abort(); // also behind an Error, such as of a native library that cannot be loaded
      throw Failures.of(e);
    } finally {
      parts.release();
    }
  }

  /** The calling thread works too; all have ended when this does. */
  private static void together(Work work) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < work.threads(); i++) {
      Thread thread = new Thread(() -> work.runUntil(failure), "leat-convert-" + i);
      thread.setDaemon(true);
      others.add(thread);
    }
    others.forEach(Thread::start);
    work.runUntil(failure);
    boolean isInterrupted = Thread.interrupted();
    for (Thread other : others) {
      while (true) {
        try {
          other.join();
          break;
        } catch (InterruptedException e) {
          isInterrupted = true;
          work.cancel(failure);
        }
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw Failures.of(thrown);
    }
  }
}
