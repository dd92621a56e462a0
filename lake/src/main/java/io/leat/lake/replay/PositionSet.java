package io.leat.lake.replay;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Positions in one stream's log, a bit for each offset: offsets are dense. Holds at most {@value
 * #MOST_PAGES} pages of {@value #PAGE} offsets, 8 MiB. Owned by one thread.
 */
public final class PositionSet {
  /** Offsets of a page, and of what is looked at together. */
  public static final int PAGE = 1 << 14;

  static final int MOST_PAGES = 1 << 12;

  private final Map<Page, BitSet> pages = new HashMap<>();
  private @Nullable Page last;
  private BitSet lastBits = new BitSet();

  /** Offsets of one partition of one epoch. */
  public record Page(int epoch, int partition, long number) implements Comparable<Page> {
    static Page of(int epoch, int partition, long offset) {
      return new Page(epoch, partition, offset / PAGE);
    }

    boolean holds(int ofEpoch, int ofPartition, long offset) {
      return ofEpoch == epoch && ofPartition == partition && offset / PAGE == number;
    }

    /** The first of its offsets. */
    public long first() {
      return number * PAGE;
    }

    @Override
    public int compareTo(Page other) {
      int order = Integer.compare(epoch, other.epoch);
      order = order != 0 ? order : Integer.compare(partition, other.partition);
      return order != 0 ? order : Long.compare(number, other.number);
    }
  }

  /** Takes positions. */
  @FunctionalInterface
  public interface Positions {
    void at(int epoch, int partition, long offset);
  }

  /**
   * Adds a position.
   *
   * @throws LeatException BAD_REQUEST when there are too many
   */
  public void add(int epoch, int partition, long offset) {
    Page page = last;
    if (page == null || !page.holds(epoch, partition, offset)) {
      page = Page.of(epoch, partition, offset);
      BitSet bits = pages.get(page);
      if (bits == null) {
        if (pages.size() == MOST_PAGES) {
          throw new LeatException(
              ErrorCode.BAD_REQUEST,
              "The period, with the stream's 'dedupe' window around it, has more than "
                  + (long) MOST_PAGES * PAGE
                  + " records: replay it in shorter periods; when the window alone has more, this"
                  + " stream is too busy for a replay");
        }
        bits = new BitSet(PAGE);
        pages.put(page, bits);
      }
      last = page;
      lastBits = bits;
    }
    lastBits.set((int) (offset - page.first()));
  }

  /** Whether the position was added. */
  public boolean contains(int epoch, int partition, long offset) {
    Page page = last;
    if (page == null || !page.holds(epoch, partition, offset)) {
      page = Page.of(epoch, partition, offset);
      BitSet bits = pages.get(page);
      if (bits == null) {
        return false;
      }
      last = page;
      lastBits = bits;
    }
    return lastBits.get((int) (offset - page.first()));
  }

  /** How many there are. */
  public long size() {
    return pages.values().stream().mapToLong(BitSet::cardinality).sum();
  }

  /** The pages that have positions, in their order. */
  public List<Page> pages() {
    return pages.keySet().stream().sorted().toList();
  }

  /** A page's positions, as distances from its first offset. */
  public BitSet of(Page page) {
    BitSet bits = pages.get(page);
    return bits == null ? new BitSet() : (BitSet) bits.clone();
  }

  /** How many of these are in the other set too. */
  public long sizeOfBoth(PositionSet other) {
    long size = 0;
    for (Map.Entry<Page, BitSet> one : pages.entrySet()) {
      BitSet theirs = other.pages.get(one.getKey());
      if (theirs != null) {
        BitSet both = (BitSet) one.getValue().clone();
        both.and(theirs);
        size += both.cardinality();
      }
    }
    return size;
  }

  /** Tells the positions by epoch, partition and offset. */
  public void forEach(Positions positions) {
    new TreeMap<>(pages)
        .forEach(
            (page, bits) ->
                bits.stream()
                    .forEach(
                        bit -> positions.at(page.epoch(), page.partition(), page.first() + bit)));
  }
}
