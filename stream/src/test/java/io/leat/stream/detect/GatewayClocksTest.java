package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayClocksTest {
  private static final long T = 1_800_000_000_000L;
  private static final long HOUR = 3_600_000;

  private GatewayClocks clocks = new GatewayClocks();

  private static SignOfLife sign(int epoch, long offset, long received) {
    SignOfLife sign = new SignOfLife();
    sign.epoch = epoch;
    sign.partition = 3;
    sign.offset = offset;
    sign.received = received * 1_000;
    return sign;
  }

  private void mark(String gateway, long at, long time, long before) {
    clocks.mark(gateway, at, time, 1, Map.of(3, before));
  }

  private long received(long offset, long received, long newest) {
    return clocks.received(sign(1, offset, received), newest);
  }

  /** Set back by an hour when ten events had been logged. */
  private void setBack() {
    mark("g", T, T, 0);
    mark("g", T + HOUR, T + HOUR, 10);
    mark("g", T + 2_000, T + HOUR, 10);
    mark("g", T + 3_000, T + HOUR + 1_000, 20);
  }

  @Test
  void aReceiptHasTheTimeOfTheClockWhileNoneIsSet() {
    assertThat(received(0, T + 500, Long.MIN_VALUE)).isEqualTo(T + 500);
    mark("g", T, T, 0);
    mark("other", T + 900, T + 900, 0);
    mark("g", T + HOUR, T + HOUR, 0);

    assertThat(received(0, T + 500, T + HOUR)).isEqualTo(T + 500);
  }

  @Test
  void whatWasLoggedBeforeAClockWasSetBackIsToldByTheClockOfThen() {
    setBack();

    assertThat(received(9, T + HOUR - 500, T + HOUR)).isEqualTo(T + HOUR - 500);
    assertThat(received(10, T + 2_500, T + HOUR)).isEqualTo(T + HOUR + 500);
    assertThat(received(19, T + HOUR, T + 2 * HOUR)).isEqualTo(T + 2 * HOUR - 2_000);
  }

  @Test
  void anEventIsAheadUntilAMarkerKnowsOfIt() {
    assertThat(clocks.isAhead(sign(1, 10, T))).as("nothing is known").isFalse();
    setBack();

    assertThat(clocks.isAhead(sign(1, 19, T))).isFalse();
    assertThat(clocks.isAhead(sign(1, 20, T))).isTrue();
  }

  @Test
  void ofGatewaysWhoseClocksDifferItIsTheOneThatFits() {
    mark("right", T, T, 0);
    mark("ahead", T + 24 * HOUR, T, 0);

    assertThat(received(0, T + 300, T)).isEqualTo(T + 300);
    assertThat(received(0, T + 24 * HOUR - 300, T)).isEqualTo(T - 300);
  }

  @Test
  void aSettingCountsForItsLogEpochOnlyAndIsKeptInCheckpoints() {
    setBack();
    List<long[]> snapshot = clocks.snapshot();
    clocks = new GatewayClocks();
    clocks.restore(snapshot, T + HOUR);

    assertThat(received(9, T + HOUR - 500, T + HOUR)).isEqualTo(T + HOUR - 500);
    assertThat(received(10, T + 2_500, T + HOUR)).isEqualTo(T + HOUR + 500);
    assertThat(clocks.received(sign(2, 0, T + 2_500), T + HOUR)).isEqualTo(T + HOUR + 500);
    mark("g", T + 4_000, T + HOUR + 2_000, 20);
    assertThat(received(20, T + 4_100, T + HOUR)).isEqualTo(T + HOUR + 2_100);
  }

  @Test
  void behindAnEarlierLeatAStepBackIsNoticedToo() {
    clocks.restore(List.of(), T + HOUR);
    mark("g", T + 2_000, T + HOUR, 10);

    assertThat(received(9, T + HOUR - 500, T + HOUR)).isEqualTo(T + HOUR - 500);
    assertThat(received(10, T + 2_500, T + HOUR)).isEqualTo(T + HOUR + 500);
  }

  @Test
  void aClockThatIsSetAgainAndAgainTakesBoundedSpace() {
    for (int i = 0; i < 1_000; i++) {
      mark("g", T - i * HOUR, T, i);
    }
    List<long[]> lines = new ArrayList<>(clocks.snapshot());
    assertThat(lines).hasSize(9);
  }
}
