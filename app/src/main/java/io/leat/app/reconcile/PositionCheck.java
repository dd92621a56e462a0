package io.leat.app.reconcile;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.AgedOut;
import io.leat.lake.OffsetRange;
import io.leat.lake.PositionScan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.iceberg.Table;

/**
 * Looks at the tables' rows of one stream's log epoch by their positions. Offsets are dense, so
 * three bits for each say where it is; a bounded number of offsets is held at a time, in the order
 * in which they were logged, so that each file is read once or twice.
 */
final class PositionCheck {
  /** Offsets that are held at a time; three bits each, 24 MiB. */
  static final long AT_ONCE = 1L << 26;

  private final Tables tables;
  private final long atOnce;
  private final BooleanSupplier isOver;
  private final Consumer<String> lost;
  private final Gaps gaps;
  private Counts found = Counts.NONE;
  private long agedOut;

  /** Where the stream's rows are, and which are no longer, as they were old enough to go. */
  record Tables(
      PositionScan raw,
      PositionScan processed,
      PositionScan quarantine,
      AgedOut agedRaw,
      AgedOut agedProcessed) {
    static Tables of(String stream, Table raw, Table processed, Table quarantine) {
      return new Tables(
          PositionScan.of(raw, PositionScan.Columns.PLAIN),
          PositionScan.of(processed, PositionScan.Columns.PROCESSED),
          PositionScan.ofStream(quarantine, stream),
          AgedOut.of(raw),
          AgedOut.of(processed));
    }
  }

  /**
   * @param atOnce offsets that may be held at a time
   * @param isOver asked between files: whether to stop
   * @param lost takes the locations of files that a table names and that are not there; their rows
   *     are missing
   * @param gaps takes what is not where it has to be
   */
  PositionCheck(
      Tables tables, long atOnce, BooleanSupplier isOver, Consumer<String> lost, Gaps gaps) {
    this.tables = tables;
    this.atOnce = atOnce;
    this.isOver = isOver;
    this.lost = lost;
    this.gaps = gaps;
  }

  /**
   * Holds the spans' offsets against the tables.
   *
   * @param spans of one stream's log epoch, none of which share offsets
   * @return how many rows there are; what the ledger counts as logged and as duplicates, as it says
   */
  Counts check(List<Span> spans) {
    List<Span> inTime = new ArrayList<>(spans);
    inTime.sort(Comparator.comparing(Span::writtenAt).thenComparing(span -> span.range().first()));
    List<Span> held = new ArrayList<>();
    long offsets = 0;
    for (Span span : inTime) {
      if (!held.isEmpty() && offsets + span.range().size() > atOnce) {
        new Pass(held, offsets).look();
        held = new ArrayList<>();
        offsets = 0;
      }
      held.add(span);
      offsets += span.range().size();
    }
    if (!held.isEmpty()) {
      new Pass(held, offsets).look();
    }
    return found;
  }

  /** How many offsets of the spans have no row in raw any more, as it was old enough to go. */
  long agedOut() {
    return agedOut;
  }

  /** Nobody wants the answer any more. */
  static LeatException givenUp() {
    return new LeatException(
        ErrorCode.NOT_READY, "The reconciliation was given up: nobody asks for it any more");
  }

  /** The offsets of some spans, one after the other in bit sets. */
  private final class Pass {
    private final int epoch;
    private final List<Span> spans;
    private final Map<Integer, Slots> slots = new HashMap<>();
    private final BitSet raw;
    private final BitSet processed;
    private final BitSet quarantined;

    Pass(List<Span> spans, long offsets) {
      int size = Math.toIntExact(offsets);
      this.epoch = spans.get(0).log().epoch();
      this.raw = new BitSet(size);
      this.processed = new BitSet(size);
      this.quarantined = new BitSet(size);
      this.spans = new ArrayList<>(spans);
      this.spans.sort(
          Comparator.comparing((Span span) -> span.log().partition())
              .thenComparing(span -> span.range().first()));
      int base = 0;
      for (Span span : this.spans) {
        slots.computeIfAbsent(span.log().partition(), any -> new Slots()).add(span.range(), base);
        base += (int) span.range().size();
      }
    }

    void look() {
      Map<Integer, OffsetRange> ranges = new HashMap<>();
      spans.forEach(span -> ranges.merge(span.log().partition(), span.range(), OffsetRange::hull));
      read(tables.raw(), ranges, raw, GapCode.DOUBLE_IN_RAW);
      read(tables.processed(), ranges, processed, GapCode.DOUBLE_IN_PROCESSED);
      read(tables.quarantine(), ranges, quarantined, GapCode.DOUBLE_IN_QUARANTINE);
      int base = 0;
      for (Span span : spans) {
        int end = base + (int) span.range().size();
        new Comparison(span, base, end).compare();
        base = end;
      }
    }

    private void read(
        PositionScan table, Map<Integer, OffsetRange> ranges, BitSet there, GapCode twice) {
      long[] rows = new long[1];
      boolean all =
          table.read(
              epoch,
              ranges,
              isOver,
              lost,
              (partition, offset) -> {
                Slots of = slots.get(partition);
                int bit = of == null ? -1 : of.bit(offset);
                if (bit < 0) {
                  return;
                }
                rows[0]++;
                if (there.get(bit)) {
                  gaps.add(Gap.of(twice, epoch, partition, new OffsetRange(offset, offset + 1)));
                }
                there.set(bit);
              });
      if (!all) {
        throw givenUp();
      }
      found =
          found.plus(
              switch (twice) {
                case DOUBLE_IN_RAW -> new Counts(0, rows[0], 0, 0, 0);
                case DOUBLE_IN_PROCESSED -> new Counts(0, 0, rows[0], 0, 0);
                default -> new Counts(0, 0, 0, 0, rows[0]);
              });
    }

    /** One span's offsets in the tables, against its counts in the ledger. */
    private final class Comparison {
      private final Span span;
      private final int base;
      private final int end;

      Comparison(Span span, int base, int end) {
        this.span = span;
        this.base = base;
        this.end = end;
      }

      void compare() {
        Counts books = span.counts();
        found = found.plus(new Counts(span.range().size(), 0, 0, books.duplicates(), 0));
        BitSet missing = raw.get(base, end);
        missing.flip(0, end - base);
        BitSet clean = processed.get(base, end);
        BitSet refused = quarantined.get(base, end);
        BitSet both = (BitSet) clean.clone();
        both.and(refused);
        BitSet without = (BitSet) clean.clone();
        without.or(refused);
        without.flip(0, end - base);
        long unseen = missing.cardinality();
        without(missing, tables.agedRaw());
        agedOut += unseen - missing.cardinality();
        boolean isAged = without(without, tables.agedProcessed());
        runs(GapCode.MISSING_IN_RAW, missing);
        runs(GapCode.PROCESSED_AND_QUARANTINED, both);
        // Offsets that the ledger says were never read have no row either, and are told above.
        long unread = Math.max(0, span.range().size() - books.logged());
        long expected = books.duplicates() + unread;
        if (without.cardinality() > expected) {
          lost(without, expected);
        } else if (isAged) {
          return; // What has gone can no longer be counted.
        } else if (without.cardinality() < expected && both.isEmpty()) {
          add(
              GapCode.DUPLICATE_STORED,
              span.range(),
              expected - without.cardinality(),
              "%d duplicates were counted, %d offsets have no row"
                  .formatted(books.duplicates(), without.cardinality() - unread));
        } else if (clean.cardinality() != books.processed() && both.isEmpty()) {
          add(
              GapCode.LEDGER_DISAGREES,
              span.range(),
              Math.abs(clean.cardinality() - books.processed()),
              "processed has %d rows and the ledger %d, the quarantine %d and %d"
                  .formatted(
                      clean.cardinality(),
                      books.processed(),
                      refused.cardinality(),
                      books.quarantined()));
        }
      }

      /**
       * Takes out what has aged out.
       *
       * @return whether any of the span's offsets has
       */
      private boolean without(BitSet bits, AgedOut aged) {
        OffsetRange own = span.range();
        boolean any = false;
        for (OffsetRange range : aged.ranges(span.log().epoch(), span.log().partition())) {
          if (range.overlaps(own)) {
            any = true;
            bits.clear(
                Math.toIntExact(Math.max(range.first(), own.first()) - own.first()),
                Math.toIntExact(Math.min(range.next(), own.next()) - own.first()));
          }
        }
        return any;
      }

      /** Without duplicates it is known which are lost; else they are among some. */
      private void lost(BitSet without, long expected) {
        if (expected == 0) {
          runs(GapCode.MISSING_IN_PROCESSED, without);
          return;
        }
        long first = span.range().first();
        OffsetRange among =
            new OffsetRange(first + without.nextSetBit(0), first + without.length());
        add(
            GapCode.MISSING_IN_PROCESSED,
            among,
            without.cardinality() - expected,
            "%d offsets have no row, %d of them are duplicates"
                .formatted(without.cardinality(), expected));
      }

      private void runs(GapCode code, BitSet bits) {
        long first = span.range().first();
        for (int from = bits.nextSetBit(0); from >= 0; ) {
          int to = bits.nextClearBit(from);
          OffsetRange run = new OffsetRange(first + from, first + to);
          add(code, run, run.size(), "");
          from = bits.nextSetBit(to);
        }
      }

      private void add(GapCode code, OffsetRange range, long count, String detail) {
        gaps.add(new Gap(code, span.log().epoch(), span.log().partition(), range, count, detail));
      }
    }
  }

  /** Which bit stands for an offset of a partition. */
  private static final class Slots {
    private OffsetRange[] ranges = new OffsetRange[8];
    private int[] bases = new int[8];
    private int size;
    private int last;

    /** Ranges come in the order of their offsets. */
    void add(OffsetRange range, int base) {
      if (size == bases.length) {
        ranges = Arrays.copyOf(ranges, size * 2);
        bases = Arrays.copyOf(bases, size * 2);
      }
      ranges[size] = range;
      bases[size] = base;
      size++;
    }

    /** The bit, or -1. Rows of a file are neighbours: mostly it is the range of the last one. */
    int bit(long offset) {
      if (!ranges[last].contains(offset)) {
        int low = 0;
        int high = size - 1;
        while (low < high) {
          int middle = (low + high + 1) >>> 1;
          if (ranges[middle].first() <= offset) {
            low = middle;
          } else {
            high = middle - 1;
          }
        }
        if (!ranges[low].contains(offset)) {
          return -1;
        }
        last = low;
      }
      return bases[last] + (int) (offset - ranges[last].first());
    }
  }
}
