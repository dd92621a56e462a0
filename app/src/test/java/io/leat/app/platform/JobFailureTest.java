package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.Test;

class JobFailureTest {

  @Test
  void itsRootIsToldInOneLine() {
    Throwable failure =
        new IllegalStateException(
            "the task failed", new IOException("the file\nof the table is gone"));

    assertThat(JobFailure.of(failure))
        .isEqualTo(new JobFailure("IOException: the file", JobFailure.Kind.OTHER));
    assertThat(JobFailure.of(new NullPointerException()).cause()).isEqualTo("NullPointerException");
  }

  @Test
  void anEngineThatIsAwayIsKnownAlsoInTheFormThatFlinkCarries() {
    Throwable failure =
        new SerializedThrowable(
            new RuntimeException("close", new ConnectException("Connection refused")));

    assertThat(JobFailure.of(failure))
        .isEqualTo(
            new JobFailure("ConnectException: Connection refused", JobFailure.Kind.ENGINE_AWAY));
  }

  @Test
  void aFullDiskMayPass() {
    assertThat(JobFailure.of(new IOException("No space left on device")).kind())
        .isEqualTo(JobFailure.Kind.ENGINE_AWAY);
  }

  @Test
  void numbersDoNotMakeADifference() {
    JobFailure one = JobFailure.of(new IOException("file 00012 of checkpoint 7"));

    assertThat(one.isLike(JobFailure.of(new IOException("file 3 of checkpoint 18")))).isTrue();
    assertThat(one.isLike(JobFailure.of(new IOException("folder 3 of checkpoint 18")))).isFalse();
  }
}
