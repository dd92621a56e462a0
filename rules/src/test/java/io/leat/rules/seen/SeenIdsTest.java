package io.leat.rules.seen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeenIdsTest {
  private static final long START = 1_790_000_000_000_000L;

  private final Path directory;

  private record Id(long high, long low) {}

  private record Known(long hash, long received) {}

  /** What the ids ought to be, beside them. */
  private final Map<Id, Known> model = new HashMap<>();

  private final Random random = new Random(7);
  private long now = START;

  SeenIdsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private SeenIds all() throws IOException {
    return new SeenIds(directory, "all-", IdRange.ALL);
  }

  private Id add(SeenIds ids) throws IOException {
    Id id = new Id(random.nextLong(), random.nextLong());
    put(ids, id);
    return id;
  }

  private void put(SeenIds ids, Id id) throws IOException {
    Known known = new Known(random.nextLong(), ++now);
    ids.add(id.high, id.low, known.hash, known.received);
    model.put(id, known);
  }

  private Known known(Id id) {
    return Objects.requireNonNull(model.get(id));
  }

  private void knowsAll(SeenIds ids, IdRange range) {
    model.forEach(
        (id, known) -> {
          if (range.contains(id.low)) {
            if (!ids.find(id.high, id.low)
                || ids.hash() != known.hash
                || ids.received() != known.received) {
              fail(id + " is not known as " + known);
            }
          }
        });
    for (int i = 0; i < 10_000; i++) {
      if (ids.find(random.nextLong(), random.nextLong())) {
        fail("an id is known that was never added");
      }
    }
  }

  private static void restore(SeenIds ids, SeenIds.Snapshot... snapshots) throws IOException {
    for (SeenIds.Snapshot snapshot : snapshots) {
      for (SeenIds.FileName file : snapshot.files()) {
        ids.restore(file);
      }
    }
    for (SeenIds.Snapshot snapshot : snapshots) {
      ids.restore(snapshot.recent());
    }
  }

  private long files() throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.filter(file -> file.toString().endsWith(".ids")).count();
    }
  }

  @Test
  void everyIdIsFoundAsItWasLastAddedAndNoOther() throws Exception {
    try (SeenIds ids = all()) {
      List<Id> some = new ArrayList<>();
      for (int i = 0; i < 20 * SeenIds.SEAL_AT; i++) {
        Id id = add(ids);
        if (i % 997 == 0) {
          some.add(id);
        }
        if (i % 10_007 == 0) {
          ids.snapshot();
          // Known ids anew, from any file: their newest entry counts, before and after merges.
          put(ids, some.get(random.nextInt(some.size())));
        }
      }

      knowsAll(ids, IdRange.ALL);
      assertThat(ids.snapshot().files()).hasSizeLessThan(2 * SeenIds.FAN_IN);
      assertThat(ids.retire()).isNotEmpty();
    }
  }

  @Test
  void idsThatAreAskedForTogetherAreFoundAsOneByOne() throws Exception {
    List<Id> known = new ArrayList<>();
    long[] high = new long[SeenIds.TOGETHER];
    long[] low = new long[SeenIds.TOGETHER];
    try (SeenIds ids = all()) {
      for (int batch = 0; batch < 10 * SeenIds.SEAL_AT / SeenIds.TOGETHER; batch++) {
        int count = 1 + random.nextInt(SeenIds.TOGETHER);
        for (int i = 0; i < count; i++) {
          boolean old = !known.isEmpty() && random.nextInt(4) == 0;
          boolean again = i > 0 && random.nextInt(8) == 0;
          Id id =
              old
                  ? known.get(random.nextInt(known.size()))
                  : again
                      ? new Id(high[i - 1], low[i - 1])
                      : new Id(random.nextLong(), random.nextLong());
          high[i] = id.high;
          low[i] = id.low;
        }
        ids.expect(high, low, count);
        for (int i = 0; i < count; i++) {
          Id id = new Id(high[i], low[i]);
          Known before = model.get(id);
          if (ids.findExpected(i) != (before != null)
              || (before != null && ids.hash() != before.hash)) {
            fail(id + " of batch " + batch + " is not known as " + before);
          }
          if (before == null) {
            put(ids, id);
            known.add(id);
          }
        }
      }
      assertThat(ids.snapshot().files()).isNotEmpty();
    }
  }

  @Test
  void whatWasExpectedIsFoundWhenItsTableBecameAFileMeanwhile() throws Exception {
    try (SeenIds ids = all()) {
      Id first = add(ids);
      long hash = known(first).hash;
      ids.expect(new long[] {first.high}, new long[] {first.low}, 1);
      for (int i = 0; i < 3 * SeenIds.SEAL_AT; i++) {
        add(ids);
      }

      assertThat(ids.findExpected(0)).isTrue();
      assertThat(ids.hash()).isEqualTo(hash);
    }
  }

  @Test
  void idsThatDifferInOneHalfOnlyAreKeptApart() throws Exception {
    try (SeenIds ids = all()) {
      for (long high : new long[] {0, -1, 5}) {
        for (int i = 0; i < SeenIds.SEAL_AT / 2; i++) {
          put(ids, new Id(high, random.nextLong()));
        }
      }

      knowsAll(ids, IdRange.ALL);
    }
  }

  @Test
  void aSnapshotHoldsEverythingWhateverIsGoingOnBeside() throws Exception {
    SeenIds.Snapshot snapshot;
    try (SeenIds ids = all()) {
      for (int i = 0; i < 9 * SeenIds.SEAL_AT + 17; i++) {
        add(ids);
      }
      snapshot = ids.snapshot();
      for (int i = 0; i < SeenIds.SEAL_AT; i++) {
        ids.add(random.nextLong(), random.nextLong(), 1, now);
      }
    }

    try (SeenIds restored = all()) {
      restore(restored, snapshot);

      knowsAll(restored, IdRange.ALL);
    }
  }

  @Test
  void whatExpiredLeavesWithItsFilesAndWithMerges() throws Exception {
    try (SeenIds ids = all()) {
      for (int i = 0; i < 3 * SeenIds.SEAL_AT; i++) {
        add(ids);
      }
      long half = START + 3 * SeenIds.SEAL_AT / 2;
      settle(ids);
      ids.expire(half);
      assertThat(ids.snapshot().files()).hasSize(2);
      for (int i = 0; i < 6 * SeenIds.SEAL_AT; i++) {
        add(ids);
      }
      settle(ids);

      assertThat(ids.snapshot().files()).hasSize(1);
      model.values().removeIf(known -> known.received <= half);
      knowsAll(ids, IdRange.ALL);
      ids.expire(now);
      assertThat(ids.snapshot().files()).isEmpty();
      assertThat(ids.snapshot().recent()).isEmpty();
    }
  }

  /** Until nothing is done beside any more. */
  private static void settle(SeenIds ids) throws Exception {
    for (int i = 0; i < 200; i++) {
      ids.snapshot();
      Thread.sleep(5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void theNumberOfSubtasksMayChangeAndChangeBack(int count) throws Exception {
    List<SeenIds.Snapshot> snapshots = new ArrayList<>();
    try (SeenIds ids = all()) {
      for (int i = 0; i < 2 * SeenIds.SEAL_AT + 100; i++) {
        add(ids);
      }
      snapshots.add(ids.snapshot());
    }
    List<Id> old = new ArrayList<>(model.keySet());

    List<SeenIds.Snapshot> many = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      IdRange range = IdRange.of(index, count);
      try (SeenIds ids = new SeenIds(directory, index + "-", range)) {
        restore(ids, snapshots.get(0));
        knowsAll(ids, range);
        // Newer entries of ids in the files that all subtasks read.
        for (Id id : old) {
          if (range.contains(id.low) && random.nextInt(100) == 0) {
            put(ids, id);
          }
        }
        while (!ids.find(-1L, (long) range.from() << 48)) {
          Id id = new Id(random.nextLong(), random.nextLong());
          if ((IdRange.owner(id.low, count) == index) != range.contains(id.low)) {
            fail(id + " has another owner than " + range);
          }
          if (range.contains(id.low)) {
            put(ids, id);
          }
          if (random.nextInt(70_000) == 0) {
            put(ids, new Id(-1L, (long) range.from() << 48));
          }
        }
        many.add(ids.snapshot());
        assertThat(ids.retire()).isEmpty();
      }
    }

    try (SeenIds ids = all()) {
      restore(ids, many.toArray(SeenIds.Snapshot[]::new));
      knowsAll(ids, IdRange.ALL);
      ids.expire(now);
      ids.snapshot();
      long files = files();
      assertThat(ids.retire())
          .as("files that were shared are not deleted by one")
          .hasSizeLessThan((int) files);
    }
  }

  @Test
  void aDamagedOrMissingFileIsNotTakenForAnEmptyOne() throws Exception {
    SeenIds.Snapshot snapshot;
    try (SeenIds ids = all()) {
      for (int i = 0; i < SeenIds.SEAL_AT; i++) {
        add(ids);
      }
      settle(ids);
      snapshot = ids.snapshot();
    }
    Path file = directory.resolve(snapshot.files().get(0).name());
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(cut.length() - 1);
    }
    try (SeenIds ids = all()) {
      assertThatThrownBy(() -> restore(ids, snapshot))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file + " is not a whole file");
    }
    Files.delete(file);
    try (SeenIds ids = all()) {
      assertThatThrownBy(() -> restore(ids, snapshot)).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void whatACrashLeftIsSwept() throws Exception {
    try (SeenIds ids = all()) {
      for (int i = 0; i < 3 * SeenIds.SEAL_AT; i++) {
        add(ids);
      }
      settle(ids);
      List<String> names = ids.snapshot().files().stream().map(SeenIds.FileName::name).toList();
      Set<String> named = Set.of(names.get(0), names.get(2));
      Path other = Files.createFile(directory.resolve("other.txt"));

      SeenIds.sweep(directory, named, Instant.now().minusSeconds(60));
      assertThat(files()).isEqualTo(3);
      SeenIds.sweep(directory, named, Instant.now().plusSeconds(60));

      assertThat(directory.resolve(names.get(1))).doesNotExist();
      assertThat(files()).isEqualTo(2);
      assertThat(other).exists();
    }
  }

  @Test
  void aFullDiskIsReportedAndNotLost() throws Exception {
    Path gone = directory.resolve("gone");
    try (SeenIds ids = new SeenIds(gone, "x-", IdRange.ALL)) {
      Files.delete(gone);

      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 3 * SeenIds.SEAL_AT; i++) {
                  add(ids);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot write ids: ");
    }
  }
}
