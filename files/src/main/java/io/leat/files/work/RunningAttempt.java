package io.leat.files.work;

import io.leat.files.ledger.Lease;
import io.leat.files.ledger.LeaseLostException;
import io.leat.files.ledger.Ledger;
import io.leat.files.ledger.Progress;
import org.jspecify.annotations.Nullable;

/**
 * An attempt under way, as others see it: how far it is, in memory, and from time to time in the
 * ledger, which also keeps its lease. When that was taken over, its thread is interrupted.
 */
final class RunningAttempt {
  private final Lease lease;
  private final Ledger ledger;
  private final Thread thread;
  private volatile Progress progress = Progress.NONE;
  private @Nullable String resume;
  private boolean isOver;
  private boolean isLost;

  RunningAttempt(Lease lease, Ledger ledger, Thread thread) {
    this.lease = lease;
    this.ledger = ledger;
    this.thread = thread;
  }

  String file() {
    return lease.file();
  }

  void at(Progress now) {
    progress = now;
  }

  Progress progress() {
    return progress;
  }

  /** What is finished; it is written down with the progress. */
  synchronized void finished(Resume now) {
    resume = now.json();
  }

  /** Writes it down. It holds this, so that nothing of it comes behind its end. */
  synchronized void flush() {
    if (isOver) {
      return;
    }
    try {
      ledger.progress(lease, progress, resume);
      resume = null;
    } catch (LeaseLostException e) {
      isOver = true;
      isLost = true;
      thread.interrupt();
    }
  }

  /** No more is written down of it, but what its thread writes itself. */
  synchronized void end() {
    isOver = true;
  }

  /** Whether somebody else works on the file. */
  synchronized boolean isLost() {
    return isLost;
  }
}
