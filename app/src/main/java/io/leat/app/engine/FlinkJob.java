package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.checkpoint.RestoredCheckpointStats;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.jspecify.annotations.Nullable;

/**
 * A job that was submitted to {@link FlinkEngine}. Safe for many threads. Its calls block for some
 * seconds at most, or as long as they are told to; then they fail with {@link
 * ErrorCode#PROCESSOR_UNAVAILABLE}.
 */
public final class FlinkJob {
  private static final Duration ANSWER = Duration.ofSeconds(3);

  private final MiniCluster cluster;
  private final JobID id;
  private final String name;
  private final String savepoints;

  FlinkJob(MiniCluster cluster, JobID id, String name, String savepoints) {
    this.cluster = cluster;
    this.id = id;
    this.name = name;
    this.savepoints = savepoints;
  }

  /** The name it was submitted with. */
  public String name() {
    return name;
  }

  /** Flink's id of this submission. */
  public String id() {
    return id.toHexString();
  }

  /** Where it is in its life. */
  public JobStatus status() {
    return await(() -> cluster.getJobStatus(id), ANSWER, "its status was asked for");
  }

  /** Whether every task runs, its state restored. */
  public boolean isProcessing() {
    boolean hasTasks = false;
    for (AccessExecutionVertex task : graph().getAllExecutionVertices()) {
      hasTasks = true;
      if (task.getExecutionState() != ExecutionState.RUNNING) {
        return false;
      }
    }
    return hasTasks; // none are known while Flink prepares the job
  }

  /**
   * How often its tasks were started anew after a failure, since it was submitted; of tasks that
   * fail independently, the one that did most often.
   */
  public int restarts() {
    int restarts = 0;
    for (AccessExecutionVertex task : graph().getAllExecutionVertices()) {
      restarts = Math.max(restarts, task.getCurrentExecutionAttempt().getAttemptNumber());
    }
    return restarts;
  }

  /** How its checkpoints go. */
  public CheckpointReport checkpoints() {
    CheckpointStatsSnapshot stats = graph().getCheckpointStatsSnapshot();
    if (stats == null) {
      return new CheckpointReport(0, 0, -1, null, null, 0, -1);
    }
    CompletedCheckpointStats last = stats.getHistory().getLatestCompletedCheckpoint();
    RestoredCheckpointStats restored = stats.getLatestRestoredCheckpoint();
    return new CheckpointReport(
        stats.getCounts().getNumberOfCompletedCheckpoints(),
        stats.getCounts().getNumberOfFailedCheckpoints(),
        last == null ? -1 : last.getCheckpointId(),
        last == null ? null : Instant.ofEpochMilli(last.getLatestAckTimestamp()),
        last == null ? null : Duration.ofMillis(last.getEndToEndDuration()),
        last == null ? 0 : last.getStateSize(),
        restored == null ? -1 : restored.getCheckpointId());
  }

  /** Why it failed, the last time that it did; null when it has not. */
  public @Nullable Throwable failure() {
    ErrorInfo failure = graph().getFailureInfo();
    return failure == null ? null : failure.getException();
  }

  /** Makes the job restorable now. Returns the id of the checkpoint. */
  public long checkpoint(Duration timeout) {
    return await(
        () ->
            cluster.triggerCheckpoint(
                id, org.apache.flink.core.execution.CheckpointType.CONFIGURED),
        timeout,
        "a checkpoint was taken");
  }

  /**
   * Stops the job at a savepoint: everything before it is committed, nothing after it is read.
   *
   * @return where the savepoint is
   * @throws LeatException {@link ErrorCode#PROCESSOR_UNAVAILABLE} when the job fails or takes
   *     longer; it may then still stop
   */
  public String stopWithSavepoint(Duration timeout) {
    String savepoint =
        await(
            () -> cluster.stopWithSavepoint(id, savepoints, false, SavepointFormatType.NATIVE),
            timeout,
            "it was stopped with a savepoint");
    awaitEnd(timeout);
    return savepoint;
  }

  /** Stops the job at once; it can be restored from its newest checkpoint. */
  public void cancel(Duration timeout) {
    await(() -> cluster.cancelJob(id), timeout, "it was cancelled");
    awaitEnd(timeout);
  }

  /**
   * Returns when the job has been laid out and its state accepted; its tasks may still be opening.
   *
   * @throws LeatException {@link ErrorCode#INTERNAL} with the reason when it failed before, {@link
   *     ErrorCode#PROCESSOR_UNAVAILABLE} when it took longer
   */
  public void awaitStart(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    JobStatus status = status();
    while (status == JobStatus.INITIALIZING || status == JobStatus.CREATED) {
      if (System.nanoTime() > deadline) {
        throw new LeatException(
            ErrorCode.PROCESSOR_UNAVAILABLE,
            "The job " + name + " did not start within " + timeout.toSeconds() + " s");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LeatException(ErrorCode.NOT_READY, "Interrupted while starting " + name, e);
      }
      status = status();
    }
    if (status == JobStatus.FAILED) {
      Throwable failure = failure();
      throw new LeatException(
          ErrorCode.INTERNAL, "The job " + name + " did not start: " + failure, failure);
    }
  }

  /** Returns when the job has ended, in whatever way. */
  public void awaitEnd(Duration timeout) {
    await(() -> cluster.requestJobResult(id), timeout, "its end was waited for");
  }

  private AccessExecutionGraph graph() {
    return await(() -> cluster.getExecutionGraph(id), ANSWER, "its state was asked for");
  }

  private <T> T await(Supplier<CompletableFuture<T>> question, Duration timeout, String what) {
    try {
      return question.get().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IllegalStateException e) {
      throw new LeatException(
          ErrorCode.PROCESSOR_UNAVAILABLE, "Flink does not run: " + e.getMessage(), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new LeatException(
          ErrorCode.PROCESSOR_UNAVAILABLE,
          "The job " + name + " failed while " + what + ": " + cause.getMessage(),
          cause);
    } catch (TimeoutException e) {
      throw new LeatException(
          ErrorCode.PROCESSOR_UNAVAILABLE,
          "The job " + name + " did not answer within " + timeout.toMillis() + " ms while " + what,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while " + what, e);
    }
  }
}
