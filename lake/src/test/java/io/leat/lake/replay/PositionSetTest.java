package io.leat.lake.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PositionSetTest {
  /** Comparable by what it says of a position. */
  private record At(int epoch, int partition, long offset) implements Comparable<At> {
    @Override
    public int compareTo(At other) {
      int order = Integer.compare(epoch, other.epoch);
      order = order != 0 ? order : Integer.compare(partition, other.partition);
      return order != 0 ? order : Long.compare(offset, other.offset);
    }

    PositionSet.Page page() {
      return PositionSet.Page.of(epoch, partition, offset);
    }
  }

  private static boolean has(PositionSet set, At at) {
    return set.contains(at.epoch(), at.partition(), at.offset());
  }

  /** Runs and single offsets, back and forth, in several partitions and epochs, far out too. */
  private static Set<At> random(long seed, PositionSet into) {
    Random random = new Random(seed);
    Set<At> model = new TreeSet<>();
    for (int i = 0; i < 3_000; i++) {
      int epoch = 1 + random.nextInt(2);
      int partition = random.nextInt(3);
      long base = random.nextInt(5) == 0 ? 3_000_000_000L : 0;
      long begin = base + random.nextInt(400_000);
      long end = begin + (random.nextInt(10) == 0 ? random.nextInt(2_000) : 1);
      for (long offset = begin; offset < end; offset++) {
        model.add(new At(epoch, partition, offset));
        into.add(epoch, partition, offset);
      }
    }
    return model;
  }

  @Test
  void itIsASetOfPositions() {
    PositionSet set = new PositionSet();
    Set<At> model = random(1, set);
    PositionSet otherSet = new PositionSet();
    Set<At> other = random(2, otherSet);

    assertThat(set.size()).isEqualTo(model.size());
    List<At> told = new ArrayList<>();
    set.forEach((epoch, partition, offset) -> told.add(new At(epoch, partition, offset)));
    assertThat(told).isEqualTo(new ArrayList<>(model));
    assertThat(model).allMatch(at -> has(set, at));
    assertThat(other.stream().filter(at -> has(set, at)))
        .isEqualTo(other.stream().filter(model::contains).toList());
    assertThat(set.pages())
        .isEqualTo(new ArrayList<>(new TreeSet<>(model.stream().map(At::page).toList())));
    Set<At> both = new TreeSet<>(model);
    both.retainAll(other);
    assertThat(both).hasSizeGreaterThan(1_000);
    assertThat(set.sizeOfBoth(otherSet)).isEqualTo(both.size());
    assertThat(otherSet.sizeOfBoth(set)).isEqualTo(both.size());
    for (PositionSet.Page page : set.pages()) {
      BitSet expected = new BitSet();
      model.stream()
          .filter(at -> at.page().equals(page))
          .forEach(at -> expected.set((int) (at.offset() - page.first())));
      assertThat(set.of(page)).as(page::toString).isEqualTo(expected);
    }
    assertThat(set.of(new PositionSet.Page(9, 0, 0)).isEmpty()).isTrue();
  }

  /** As a table has them, a day of some thousand events a second. */
  @Test
  void hundredsOfMillionsWithoutGapsTakeFewBytes() {
    PositionSet set = new PositionSet();
    long each = 50_000_000;
    for (long first = 0; first < each; first += 1_000) {
      for (int partition = 0; partition < 4; partition++) {
        for (long offset = first; offset < first + 1_000; offset++) {
          set.add(1, partition, offset);
        }
      }
    }

    assertThat(set.size()).isEqualTo(4 * each);
    assertThat(set.bytes()).isLessThan(3 << 20);
    assertThat(set.contains(1, 3, each - 1)).isTrue();
    assertThat(set.contains(1, 3, each)).isFalse();
  }

  /** One in ten is missing, at random: a bit for each offset is the least. */
  @Test
  void withGapsTheyTakeABitForEachOffset() {
    PositionSet set = new PositionSet();
    Random random = new Random(3);
    int offsets = 20_000_000;
    for (long offset = 0; offset < offsets; offset++) {
      if (random.nextInt(10) != 0) {
        set.add(1, 0, offset);
      }
    }

    assertThat(set.bytes()).isLessThan(offsets / 8 * 11L / 10);
  }

  @Test
  void scatteredOnesAreRefusedBeforeTheyTakeTooMuchMemory() {
    PositionSet set = new PositionSet();
    Random random = new Random(4);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 30_000_000; i++) {
                set.add(1, 0, random.nextLong(1L << 40));
              }
            })
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST))
        .hasMessage(
            "The positions of the period's records, with those of the stream's 'dedupe' window"
                + " around it, need more than 24 MiB of memory, after "
                + set.size()
                + " of them: replay it in shorter periods; when the window alone needs more, this"
                + " stream is too busy for a replay");
    assertThat(set.size()).isGreaterThan(50_000);
    assertThat(set.bytes()).isLessThan(PositionSet.MOST_BYTES + (1 << 20));
  }

  /** Half of all, over and over: what was compressed before grows again. */
  @Test
  void whatGrowsAfterItWasCompressedIsCounted() {
    PositionSet set = new PositionSet();
    Random random = new Random(5);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 60_000_000; i++) {
                set.add(1, 0, random.nextInt(300_000_000));
              }
            })
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("need more than 24 MiB");
    assertThat(set.bytes()).isLessThan(PositionSet.MOST_BYTES + (2 << 20));
  }
}
