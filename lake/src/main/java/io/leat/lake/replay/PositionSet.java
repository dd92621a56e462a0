package io.leat.lake.replay;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.IntConsumer;
import org.roaringbitmap.RoaringBitmap;

/**
 * Positions in one stream's log, as compressed bitmaps: a stretch of offsets without gaps takes a
 * few bytes however long it is, scattered ones a bit for each offset at worst. Bounded by its
 * bytes, {@value #MOST_BYTES}: that is some 200 million offsets in whatever order, and billions
 * without gaps. Owned by one thread.
 */
public final class PositionSet {
  /** Offsets of a page, and of what is looked at together. */
  public static final int PAGE = 1 << 14;

  static final long MOST_BYTES = 24L << 20;

  /** Offsets of a segment: as many as the library has in one bitmap. */
  private static final int SEGMENT = 1 << 16;

  /** What a segment takes on the heap besides its bitmap's own data. */
  private static final int SEGMENT_BYTES = 256;

  /** So many new segments, or so many positions, may wait to be compressed: 2 MiB. */
  private static final int LOOSE_SEGMENTS = 64;

  private static final int LOOSE_POSITIONS = 1 << 18;

  private final Map<Key, Segment> segments = new HashMap<>();
  private final List<Segment> loose = new ArrayList<>();
  private int newSegments;
  private int newPositions;
  private long size;
  private long bytes;
  private @Nullable Key last;
  private Segment lastSegment = new Segment();

  /** Offsets of one partition of one epoch. */
  public record Page(int epoch, int partition, long number) implements Comparable<Page> {
    static Page of(int epoch, int partition, long offset) {
      return new Page(epoch, partition, offset / PAGE);
    }

    /** The first of its offsets. */
    public long first() {
      return number * PAGE;
    }

    private Key segment() {
      return new Key(epoch, partition, first() / SEGMENT);
    }

    private int inSegment() {
      return (int) (first() % SEGMENT);
    }

    @Override
    public int compareTo(Page other) {
      int order = Integer.compare(epoch, other.epoch);
      order = order != 0 ? order : Integer.compare(partition, other.partition);
      return order != 0 ? order : Long.compare(number, other.number);
    }
  }

  /** Which offsets a segment has. */
  private record Key(int epoch, int partition, long number) implements Comparable<Key> {
    boolean holds(int ofEpoch, int ofPartition, long offset) {
      return ofEpoch == epoch && ofPartition == partition && offset / SEGMENT == number;
    }

    long first() {
      return number * SEGMENT;
    }

    @Override
    public int compareTo(Key other) {
      int order = Integer.compare(epoch, other.epoch);
      order = order != 0 ? order : Integer.compare(partition, other.partition);
      return order != 0 ? order : Long.compare(number, other.number);
    }
  }

  /** The positions of a segment, as distances from its first offset. */
  private static final class Segment {
    private final RoaringBitmap positions = new RoaringBitmap();
    private boolean isLoose;
    private long counted;
  }

  /** Takes positions. */
  @FunctionalInterface
  public interface Positions {
    void at(int epoch, int partition, long offset);
  }

  /**
   * Adds a position.
   *
   * @throws LeatException BAD_REQUEST when they take too much memory
   */
  public void add(int epoch, int partition, long offset) {
    Key key = last;
    if (key == null || !key.holds(epoch, partition, offset)) {
      key = new Key(epoch, partition, offset / SEGMENT);
      Segment segment = segments.get(key);
      if (segment == null) {
        segment = new Segment();
        segments.put(key, segment);
        newSegments++;
      }
      last = key;
      lastSegment = segment;
    }
    int at = (int) (offset % SEGMENT);
    if (!lastSegment.positions.contains(at)) {
      lastSegment.positions.add(at);
      size++;
      added(lastSegment);
    }
  }

  private void added(Segment segment) {
    if (!segment.isLoose) {
      segment.isLoose = true;
      loose.add(segment);
    }
    newPositions++;
    if (newSegments == LOOSE_SEGMENTS || newPositions == LOOSE_POSITIONS) {
      compress();
    }
  }

  private void compress() {
    for (Segment segment : loose) {
      segment.positions.runOptimize();
      segment.positions.trim();
      long now = SEGMENT_BYTES + segment.positions.getLongSizeInBytes();
      bytes += now - segment.counted;
      segment.counted = now;
      segment.isLoose = false;
    }
    loose.clear();
    newSegments = 0;
    newPositions = 0;
    if (bytes > MOST_BYTES) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "The positions of the period's records, with those of the stream's 'dedupe' window around"
              + " it, need more than "
              + (MOST_BYTES >> 20)
              + " MiB of memory, after "
              + size
              + " of them: replay it in shorter periods; when the window alone needs more, this"
              + " stream is too busy for a replay");
    }
  }

  /** Whether the position was added. */
  public boolean contains(int epoch, int partition, long offset) {
    Key key = last;
    if (key == null || !key.holds(epoch, partition, offset)) {
      key = new Key(epoch, partition, offset / SEGMENT);
      Segment segment = segments.get(key);
      if (segment == null) {
        return false;
      }
      last = key;
      lastSegment = segment;
    }
    return lastSegment.positions.contains((int) (offset % SEGMENT));
  }

  /** How many there are. */
  public long size() {
    return size;
  }

  /** The pages that have positions, in their order. */
  public List<Page> pages() {
    List<Page> pages = new ArrayList<>();
    new TreeMap<>(segments)
        .forEach(
            (key, segment) -> {
              for (int at = 0; at < SEGMENT; at += PAGE) {
                if (segment.positions.intersects(at, at + PAGE)) {
                  pages.add(Page.of(key.epoch(), key.partition(), key.first() + at));
                }
              }
            });
    return pages;
  }

  /** A page's positions, as distances from its first offset. */
  public BitSet of(Page page) {
    BitSet bits = new BitSet();
    Segment segment = segments.get(page.segment());
    if (segment != null) {
      int first = page.inSegment();
      segment.positions.forEachInRange(first, PAGE, at -> bits.set(at - first));
    }
    return bits;
  }

  /** How many of these are in the other set too. */
  public long sizeOfBoth(PositionSet other) {
    long both = 0;
    for (Map.Entry<Key, Segment> one : segments.entrySet()) {
      Segment theirs = other.segments.get(one.getKey());
      if (theirs != null) {
        both += RoaringBitmap.andCardinality(one.getValue().positions, theirs.positions);
      }
    }
    return both;
  }

  /** Tells the positions by epoch, partition and offset. */
  public void forEach(Positions positions) {
    new TreeMap<>(segments)
        .forEach(
            (key, segment) -> {
              long first = key.first();
              IntConsumer each = at -> positions.at(key.epoch(), key.partition(), first + at);
              segment.positions.forEach(each);
            });
  }

  /** What it takes on the heap, as far as it is compressed. */
  long bytes() {
    return bytes;
  }
}
