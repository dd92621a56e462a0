package io.leat.bench;

import io.leat.app.engine.FlinkJob;
import org.apache.flink.api.common.JobStatus;

/** Turns a job's failure into an exception. */
final class JobFailures {
  private JobFailures() {}

  /**
   * Throws if the job has failed, even if it was restarted since: the run is not worth a figure.
   */
  static void check(FlinkJob job) {
    Throwable failure = job.failure();
    JobStatus status = job.status();
    if (failure != null || status == JobStatus.FAILED || status == JobStatus.CANCELED) {
      throw new IllegalStateException("The job " + job.name() + " is " + status, failure);
    }
  }
}
