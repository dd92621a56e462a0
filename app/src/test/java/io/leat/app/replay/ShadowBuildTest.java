package io.leat.app.replay;

import static io.leat.app.replay.TestingStream.BEGIN;
import static io.leat.app.replay.TestingStream.BOUND;
import static io.leat.app.replay.TestingStream.END;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShadowBuildTest {
  private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

  private final TestingStream stream = new TestingStream();
  private final Path scratch;

  ShadowBuildTest(@TempDir Path directory) {
    this.scratch = directory.resolve("replay");
  }

  @AfterEach
  void close() throws IOException {
    stream.close();
  }

  private List<Long> clean() throws IOException {
    stream.commit();
    stream.build(scratch);
    Outcomes outcomes =
        Outcomes.read(
            stream.tables.shadow(),
            stream.tables.shadowQuarantine(),
            stream.range,
            stream.leases,
            Pace.FULL);
    assertThat(offsets(outcomes.quarantined())).containsExactly(1L);
    return offsets(outcomes.processed());
  }

  private static List<Long> offsets(PositionSet positions) {
    List<Long> offsets = new ArrayList<>();
    positions.forEach((epoch, partition, offset) -> offsets.add(offset));
    return offsets;
  }

  private void tooHot() {
    stream.raw(1, "too-hot", BEGIN, 900);
  }

  @Test
  void whatStandsAWindowBeforeOrBehindKeepsItsIdAndTheRestComesIn() throws IOException {
    tooHot();
    stream.both(2, "before", BEGIN.minus(HALF_AN_HOUR), 20);
    stream.both(3, "other-before", BEGIN.minus(HALF_AN_HOUR), 20);
    stream.both(4, "long-before", BEGIN.minus(Duration.ofHours(2)), 20);
    stream.raw(10, "before", BEGIN, 20);
    stream.raw(11, "long-before", BEGIN, 20);
    stream.raw(12, "behind", BEGIN, 20);
    stream.raw(13, "behind-the-bounds", BEGIN, 20);
    stream.raw(14, "new", BEGIN, 20);
    stream.both(15, "stands", BEGIN, 20);
    stream.both(16, "behind", END.plus(HALF_AN_HOUR), 20);
    stream.both(17, "other-behind", END.plus(HALF_AN_HOUR), 20);
    stream.both(BOUND, "behind-the-bounds", BEGIN.plusSeconds(1), 20);

    assertThat(clean()).containsExactly(11L, 14L, 15L);
  }

  /** A redriven event has the id that Leat gave the record that it comes from. */
  @Test
  void aRedrivenRecordIsNotThereTwiceEvenIfLeatHadMadeItsId() throws IOException {
    tooHot();
    stream.raw(10, "made-by-leat", BEGIN, 20, "i");
    stream.raw(11, "made-by-leat-too", BEGIN, 20, "i");
    stream.both(12, "stands-made-by-leat", BEGIN, 20, "i");
    stream.both(13, "made-by-leat", BEGIN, 20, "r");

    assertThat(clean()).containsExactly(11L, 12L, 13L);
  }
}
