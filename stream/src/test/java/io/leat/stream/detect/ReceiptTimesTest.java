package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReceiptTimesTest {
  private static final long T = 1_800_000_000_000L;

  private final ReceiptTimes times = new ReceiptTimes();

  @Test
  void anEventHasATimeWhenAMarkerWasWrittenBehindIt() {
    assertThat(times.isKnown(T)).isFalse();
    times.add(T, T);
    assertThat(times.isKnown(T)).isTrue();
    assertThat(times.isKnown(T + 1)).isFalse();
    assertThat(times.of(T + 1)).isEqualTo(T);

    times.add(T + 1_000, T + 1_000);
    assertThat(times.of(T + 1)).isEqualTo(T + 1);
    assertThat(times.of(T - 5_000)).as("before any marker that is known").isEqualTo(T);
  }

  @Test
  void whatIsReceivedWhileTimeStandsStillHasTheSameTime() {
    times.add(T, T);
    times.add(T + 1_000, T + 1_000);
    times.add(T + 60_000, T + 1_000); // back after an absence, and the grace
    times.add(T + 61_000, T + 1_000);
    times.add(T + 62_000, T + 1_500);
    times.add(T + 63_000, T + 2_500);

    assertThat(times.of(T + 700)).isEqualTo(T + 700);
    assertThat(times.of(T + 30_000)).isEqualTo(T + 1_000);
    assertThat(times.of(T + 60_500)).isEqualTo(T + 1_000);
    assertThat(times.of(T + 61_400)).isEqualTo(T + 1_000);
    assertThat(times.of(T + 61_700)).isEqualTo(T + 1_200);
    assertThat(times.of(T + 62_300)).isEqualTo(T + 1_800);
  }

  @Test
  void itIsAsIfAllMarkersWereKept() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      AcceptingTime accepting = new AcceptingTime(30_000);
      ReceiptTimes compact = new ReceiptTimes();
      List<long[]> all = new ArrayList<>();
      long at = T;
      for (int i = 0; i < 400; i++) {
        at += random.nextInt(60) == 0 ? random.nextInt(100_000) : 900 + random.nextInt(200);
        long time = accepting.of("g", at).accepting();
        all.add(new long[] {at, time});
        compact.add(at, time);
        compact.add(at - 3_000, time); // of a gateway that is behind
      }
      assertThat(compact.snapshot()).hasSizeLessThan(200);
      ReceiptTimes restored = new ReceiptTimes();
      restored.restore(compact.snapshot());
      for (int i = 1; i < all.size(); i++) {
        long[] before = all.get(i - 1);
        long[] next = all.get(i);
        long received = before[0] + 1 + random.nextInt((int) (next[0] - before[0]));
        long expected = Math.max(before[1], next[1] - (next[0] - received));
        assertThat(restored.of(received)).as("seed %s, marker %s", seed, i).isEqualTo(expected);
      }
    }
  }

  @Test
  void theTimesOfManyAbsencesTakeBoundedSpace() {
    for (int i = 0; i < 10_000; i++) {
      times.add(T + i * 100_000L, T + (long) i * i);
    }
    assertThat(times.snapshot()).hasSize(600);
    assertThat(times.of(T + 9_999 * 100_000L)).isEqualTo(T + 9_999L * 9_999);
  }
}
