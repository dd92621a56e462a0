package io.leat.app.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.app.replay.IdentityEntry.Kind;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
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

class IdentityJudgeTest {
  private static final Duration WINDOW = Duration.ofHours(1);
  private static final long HOUR = Duration.ofHours(1).toNanos() / 1_000;

  private final List<IdentityEntry> entries = new ArrayList<>();
  private final PositionSet first = new PositionSet();
  private final PositionSet conflicts = new PositionSet();
  private final Path folder;

  IdentityJudgeTest(@TempDir Path directory) {
    this.folder = directory.resolve("ids");
  }

  private void add(long offset, long hash, long received, Kind kind) {
    entries.add(new IdentityEntry(7, 8, hash, received, 1, 0, offset, kind));
  }

  /** Read in any order, of which memory holds three at a time, and two files are merged. */
  private void resolve(long seed) throws IOException {
    resolve(seed, 1_000);
  }

  private void resolve(long seed, int mostStanding) throws IOException {
    Collections.shuffle(entries, new Random(seed));
    try (IdentityJudge judge =
        new IdentityJudge(
            new IdentitySort(folder, 3, 2, Pace.FULL), new Deduplication(WINDOW), mostStanding)) {
      for (IdentityEntry entry : entries) {
        judge.add(entry);
      }
      judge.resolve(first, conflicts);
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
    Map<Long, IdentityEntry> seen = new HashMap<>();
    Deduplication deduplication = new Deduplication(WINDOW);
    List<Long> expectedFirst = new ArrayList<>();
    List<Long> expectedConflicts = new ArrayList<>();
    for (long offset = 0; offset < 5_000; offset++) {
      long id = random.nextInt(700);
      IdentityEntry entry =
          new IdentityEntry(
              id, -id, random.nextInt(2), offset * HOUR / 500, 1, 0, offset, Kind.NEW);
      entries.add(entry);
      IdentityEntry before = seen.get(id);
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

  /** What a sender with one id for everything does: more of an id than memory holds. */
  @Test
  void anIdOfMoreRecordsThanMemoryHoldsIsJudgedAsOne() throws IOException {
    List<Long> expectedFirst = new ArrayList<>();
    for (long offset = 0; offset < 2_000; offset++) {
      add(offset, offset % 7, offset * HOUR / 100, offset % 100 == 0 ? Kind.STANDING : Kind.NEW);
      if (offset % 100 == 0) {
        expectedFirst.add(offset);
      }
    }

    resolve(7);

    assertThat(offsets(first)).isEqualTo(expectedFirst);
    assertThat(offsets(conflicts))
        .hasSizeBetween(1_600, 1_800)
        .allMatch(offset -> offset % 7 != offset / 100 * 100 % 7);
  }

  @Test
  void anIdThatIsInProcessedTooOftenIsRefused() {
    for (long offset = 0; offset < 6; offset++) {
      add(offset, 1, offset * HOUR, Kind.FIXED);
    }

    assertThatThrownBy(() -> resolve(8, 5))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST))
        .hasMessage(
            "An event id is in processed more than 5 times, within the period and the stream's"
                + " 'dedupe' window around it: replay it in shorter periods");
    assertThat(folder).doesNotExist();
  }

  /** Files of any number are merged, a few at a time, into one order. */
  @Test
  void everythingThatIsAddedComesBackInOrder() throws IOException {
    Random random = new Random(9);
    for (int i = 0; i < 1_000; i++) {
      entries.add(
          new IdentityEntry(
              random.nextInt(20),
              random.nextInt(2),
              random.nextLong(),
              random.nextLong(),
              random.nextInt(3),
              random.nextInt(3),
              i,
              random.nextBoolean() ? Kind.NEW : random.nextBoolean() ? Kind.STANDING : Kind.FIXED));
    }
    List<IdentityEntry> taken = new ArrayList<>();
    for (int inMemory : new int[] {1, 7, 1_000, 2_000}) {
      taken.clear();
      try (IdentitySort sort = new IdentitySort(folder, inMemory, 3, Pace.FULL)) {
        for (IdentityEntry entry : entries) {
          sort.add(entry);
        }
        for (IdentityEntry one = sort.next(); one != null; one = sort.next()) {
          taken.add(one);
        }
      }
      assertThat(folder).doesNotExist();

      entries.sort(IdentityEntry.ORDER);
      assertThat(taken).isEqualTo(entries);
      Collections.shuffle(entries, random);
    }
  }
}
