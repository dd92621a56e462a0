package io.leat.app.replay;

import static io.leat.app.replay.TestingStream.BEGIN;
import static io.leat.app.replay.TestingStream.BOUND;
import static io.leat.app.replay.TestingStream.END;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.maintenance.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two records that a replay lets in, one that stands, and what comes in since it was built. */
class ReturnedIdsTest {
  private final TestingStream stream = new TestingStream();
  private final Path scratch;

  ReturnedIdsTest(@TempDir Path directory) {
    this.scratch = directory.resolve("replay");
  }

  @BeforeEach
  void build() throws IOException {
    stream.raw(10, "let-in", BEGIN, 155);
    stream.raw(11, "made-by-leat", BEGIN, 155, "i");
    stream.both(12, "stands", BEGIN, 20);
    stream.both(BOUND, "unknown", BEGIN, 20);
    stream.commit();
    stream.build(scratch);
  }

  @AfterEach
  void close() throws IOException {
    assertThat(scratch).doesNotExist();
    stream.close();
  }

  private void refuse() throws IOException {
    stream.commit();
    new ReturnedIds(
            stream.replay,
            stream.tables,
            stream.plan,
            stream.range,
            scratch,
            stream.leases,
            Pace.FULL)
        .refuse(
            Outcomes.positions(stream.tables.processed(), stream.range, stream.leases, Pace.FULL),
            Outcomes.positions(stream.tables.shadow(), stream.range, stream.leases, Pace.FULL));
  }

  @Test
  void anIdThatIsLetInAndCameInAgainIsRefused() {
    stream.both(BOUND + 1, "let-in", END.plusSeconds(5), 20);
    stream.both(BOUND + 2, "let-in", END.plusSeconds(6), 21);

    assertThatThrownBy(this::refuse)
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessage(
            "Of what the replay 7 of devices.telemetry lets in, 1 record came in again under the"
                + " same id since it was built, such as 'let-in' at devices.telemetry/0@10, and"
                + " would be in processed twice: drop it and replay the period again");
  }

  @Test
  void soIsWhatWasRedrivenMeanwhileEvenIfLeatHadMadeItsId() {
    stream.both(BOUND + 1, "made-by-leat", BEGIN, 155, "r");
    stream.both(BOUND + 2, "let-in", BEGIN, 155, "r");

    assertThatThrownBy(this::refuse)
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("lets in, 2 records came in again under the same id");
  }

  @Test
  void otherIdsDoNotMatterNorWhatIsNotInProcessedNorWhatIsBeyondTheWindow() {
    stream.both(BOUND + 1, "stands", END.plusSeconds(5), 21);
    stream.both(BOUND + 2, "another", END.plusSeconds(5), 20);
    stream.raw(BOUND + 3, "let-in", END.plusSeconds(5), 900);
    stream.both(BOUND + 4, "let-in", BEGIN.plus(Duration.ofHours(1)), 155);

    assertThatCode(this::refuse).doesNotThrowAnyException();
  }

  @Test
  void whatIsNotYetInRawIsWaitedFor() {
    stream.processed(BOUND + 1, "let-in", END.plusSeconds(5));

    assertThatThrownBy(this::refuse)
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
  }
}
