package io.leat.parquet;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Brings what several threads write into the order of the rows. The thread whose unit's turn it is
 * writes to the sink itself; the others' chunks wait, and if there are too many so do the threads.
 */
final class OrderedOutput {
  private final Parts parts;
  private final OutputOptions options;
  private final Plans plans;
  private final Progress progress;
  private final ReadBytes reads;
  private final Supplier<Chunk> chunks;
  private final int mostWaiting;
  private final Queue<Chunk> free = new ConcurrentLinkedQueue<>();

  // Guarded by this:
  private final Map<Long, Waiting> waiting = new HashMap<>();
  private int waitingChunks;
  private long turn;
  private boolean isFailed;

  // Of the thread whose turn it is:
  private long rows;

  /** What is to be done, in order. */
  interface Plans {
    /** How many units there are. */
    long units();

    /** The row group that ends with the unit, or -1. */
    int groupEndingWith(long unit);
  }

  /** Chunks of a unit whose turn it is not yet. */
  private static final class Waiting {
    final Queue<Chunk> chunks = new ArrayDeque<>();
    boolean isFinished;
  }

  /** The output was given up because another thread failed. */
  static final class GivenUp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GivenUp() {
      super("another thread failed", null, false, false);
    }
  }

  OrderedOutput(
      Parts parts,
      OutputOptions options,
      Plans plans,
      Progress progress,
      ReadBytes reads,
      Supplier<Chunk> chunks,
      int mostWaiting) {
    this.parts = parts;
    this.options = options;
    this.plans = plans;
    this.progress = progress;
    this.reads = reads;
    this.chunks = chunks;
    this.mostWaiting = mostWaiting;
  }

  /** An empty chunk. */
  Chunk chunk() {
    Chunk used = free.poll();
    return used == null ? chunks.get() : used;
  }

  /** Hands over a chunk of a unit. */
  void emit(long unit, Chunk chunk) throws IOException, InterruptedException {
    synchronized (this) {
      Waiting own = waiting.computeIfAbsent(unit, u -> new Waiting());
      while (turn != unit && waitingChunks >= mostWaiting && !isFailed) {
        wait();
      }
      check();
      own.chunks.add(chunk);
      waitingChunks++;
      if (turn != unit) {
        return;
      }
    }
    drain(unit);
  }

  /** The unit has no more chunks. */
  void finish(long unit) throws IOException {
    synchronized (this) {
      check();
      waiting.computeIfAbsent(unit, u -> new Waiting()).isFinished = true;
      if (turn != unit) {
        return;
      }
    }
    long next = unit;
    while (next >= 0) {
      drain(next);
      next = pass(next);
    }
  }

  /** The next unit's turn; the result is that unit if it is finished already, else -1. */
  private long pass(long unit) throws IOException {
    int group = plans.groupEndingWith(unit);
    if (group >= 0 && options.alignPartsToRowGroups()) {
      parts.closePart();
      progress.rowGroupDone(group + 1, parts.closed().size());
    }
    synchronized (this) {
      check();
      waiting.remove(unit);
      turn = unit + 1;
      notifyAll();
      Waiting next = waiting.get(turn);
      return next != null && next.isFinished ? turn : -1;
    }
  }

  /** Writes what waits of the unit whose turn it is. */
  private void drain(long unit) throws IOException {
    while (true) {
      Chunk chunk;
      synchronized (this) {
        check();
        Waiting own = waiting.get(unit);
        chunk = own == null ? null : own.chunks.poll();
        if (chunk == null) {
          return;
        }
        waitingChunks--;
        notifyAll();
      }
      parts.write(chunk);
      rows += chunk.consumed;
      progress.at(rows, reads.total(), parts.bytesWritten());
      chunk.clear();
      free.add(chunk);
    }
  }

  /** How many rows of the file are written or left out; only when all threads have ended. */
  long rows() {
    return rows;
  }

  private void check() {
    if (isFailed) {
      throw new GivenUp();
    }
  }

  /** Nothing is written from now on; who waits goes on with {@link GivenUp}. */
  synchronized void fail() {
    isFailed = true;
    notifyAll();
  }
}
