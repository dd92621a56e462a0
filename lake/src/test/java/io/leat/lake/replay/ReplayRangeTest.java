package io.leat.lake.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayRangeTest {
  private static final Instant T = Instant.parse("2026-03-01T10:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final ReplayRange range = new ReplayRange(T, T.plusSeconds(60), 2, Map.of(0, 100L));

  @Test
  void aPositionIsPartOfItBelowTheBoundsOfItsPartition() {
    long received = Timestamps.toMicros(T);
    assertThat(range.contains(received, 2, 0, 99)).isTrue();
    assertThat(range.contains(received, 2, 0, 100)).isFalse();
    assertThat(range.contains(received, 1, 7, 1_000)).as("an earlier epoch").isTrue();
    assertThat(range.contains(received, 2, 1, 0)).as("a partition without a bound").isFalse();
    assertThat(range.contains(received, 3, 0, 0)).as("a later epoch").isFalse();
    assertThat(range.contains(received - 1, 2, 0, 99)).isFalse();
    assertThat(range.contains(Timestamps.toMicros(T.plusSeconds(60)), 2, 0, 99)).isFalse();
    assertThat(range.isBehind(2, 0, 99)).isFalse();
    assertThat(range.isBehind(2, 0, 100)).isTrue();
    assertThat(range.isBehind(2, 1, 0)).isTrue();
    assertThat(range.isBehind(3, 0, 0)).isTrue();
    assertThat(range.isBehind(1, 7, 1_000)).isFalse();
  }

  @Test
  void whatIsBesideItAndItselfIsWhatIsAroundIt() {
    assertThat(range.beside(HOUR))
        .extracting(ReplayRange::from, ReplayRange::to)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(T.minus(HOUR), T),
            org.assertj.core.groups.Tuple.tuple(T.plusSeconds(60), T.plusSeconds(3_660)));
    assertThat(range.around(HOUR).from()).isEqualTo(T.minus(HOUR));
    assertThat(range.around(HOUR).to()).isEqualTo(T.plusSeconds(3_660));
    assertThat(range.everywhere().contains(Timestamps.toMicros(T), 9, 9, 9)).isTrue();
  }

  @Test
  void nothingIsBeforeTheBeginOfTime() {
    ReplayRange all = new ReplayRange(Instant.EPOCH, T, 1, Map.of());
    assertThat(all.beside(HOUR)).hasSize(1);
    assertThat(all.around(HOUR).from()).isEqualTo(Instant.EPOCH);
    ReplayRange early = new ReplayRange(Instant.EPOCH.plusSeconds(5), T, 1, Map.of());
    assertThat(early.beside(HOUR).get(0).from()).isEqualTo(Instant.EPOCH);
    assertThat(List.copyOf(early.beside(HOUR))).hasSize(2);
  }
}
