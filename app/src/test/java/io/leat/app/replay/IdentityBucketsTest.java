package io.leat.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.replay.IdentityBuckets.Entry;
import io.leat.app.replay.IdentityBuckets.Kind;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionSet;
import io.leat.rules.Deduplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityBucketsTest {
  private static final Duration WINDOW = Duration.ofHours(1);
  private static final long HOUR = Duration.ofHours(1).toNanos() / 1_000;

  private final List<Entry> entries = new ArrayList<>();
  private final PositionSet first = new PositionSet();
  private final PositionSet conflicts = new PositionSet();
  private final Path folder;

  IdentityBucketsTest(@TempDir Path directory) {
    this.folder = directory.resolve("ids");
  }

  private void add(long offset, long hash, long received, Kind kind) {
    entries.add(new Entry(7, 8, hash, received, 1, 0, offset, kind));
  }

  /** Read in any order. */
  private void resolve(long seed) throws IOException {
    Collections.shuffle(entries, new Random(seed));
    try (IdentityBuckets buckets = new IdentityBuckets(folder, new Deduplication(WINDOW))) {
      for (Entry entry : entries) {
        buckets.add(entry);
      }
      buckets.resolve(first, conflicts, Pace.FULL);
    }
    assertThat(folder).doesNotExist();
  }

  private static List<Long> offsets(PositionSet positions) {
    List<Long> offsets = new ArrayList<>();
    positions.forEach((epoch, partition, offset) -> offsets.add(offset));
    return offsets;
  }

  @Test
  void theFirstInTheLogIsFirstInWhateverOrderTheyAreRead() throws IOException {
    add(10, 1, 0, Kind.NEW);
    add(20, 1, 5, Kind.NEW);
    add(30, 2, 6, Kind.NEW);
    add(40, 1, HOUR, Kind.NEW);

    resolve(1);

    assertThat(offsets(first)).containsExactly(10L, 40L);
    assertThat(offsets(conflicts)).containsExactly(30L);
  }

  @Test
  void whatStaysBeforeThePeriodComesFirst() throws IOException {
    add(10, 1, 0, Kind.FIXED);
    add(20, 1, 5, Kind.NEW);
    add(30, 2, 6, Kind.NEW);

    resolve(2);

    assertThat(offsets(first)).isEmpty();
    assertThat(offsets(conflicts)).containsExactly(30L);
  }

  /** The record was redriven, or its sender sent it again, and that is in processed since. */
  @Test
  void whatComesInAnewGivesWayToWhatStandsBehindIt() throws IOException {
    add(10, 1, 0, Kind.NEW);
    add(20, 1, 5, Kind.STANDING);
    resolve(3);
    assertThat(offsets(first)).containsExactly(20L);
    assertThat(offsets(conflicts)).isEmpty();

    entries.clear();
    add(50, 1, 0, Kind.NEW);
    add(60, 2, 5, Kind.FIXED);
    resolve(4);
    assertThat(offsets(first)).containsExactly(20L);
    assertThat(offsets(conflicts)).containsExactly(50L);
  }

  @Test
  void beyondTheWindowNothingHasToGiveWay() throws IOException {
    add(10, 1, 0, Kind.NEW);
    add(20, 1, HOUR, Kind.STANDING);

    resolve(5);

    assertThat(offsets(first)).containsExactly(10L, 20L);
  }

  /** With nothing standing it is what the live job does, record after record. */
  @Test
  void withoutAPastItEqualsTheLiveJobOnRandomTraffic() throws IOException {
    Random random = new Random(42);
    Map<Long, Entry> seen = new HashMap<>();
    Deduplication deduplication = new Deduplication(WINDOW);
    List<Long> expectedFirst = new ArrayList<>();
    List<Long> expectedConflicts = new ArrayList<>();
    for (long offset = 0; offset < 5_000; offset++) {
      long id = random.nextInt(700);
      Entry entry =
          new Entry(id, -id, random.nextInt(2), offset * HOUR / 500, 1, 0, offset, Kind.NEW);
      entries.add(entry);
      Entry before = seen.get(id);
      Deduplication.Sighting sighting =
          before == null
              ? Deduplication.Sighting.FIRST
              : deduplication.judge(
                  before.hash(), before.received(), entry.hash(), entry.received());
      switch (sighting) {
        case FIRST -> {
          seen.put(id, entry);
          expectedFirst.add(offset);
        }
        case CONFLICT -> expectedConflicts.add(offset);
        case DUPLICATE -> {}
      }
    }

    resolve(6);

    assertThat(offsets(first)).isEqualTo(expectedFirst);
    assertThat(offsets(conflicts)).isEqualTo(expectedConflicts);
    assertThat(expectedConflicts).hasSizeGreaterThan(500);
  }
}
