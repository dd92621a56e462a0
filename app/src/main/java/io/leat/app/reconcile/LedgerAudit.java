package io.leat.app.reconcile;

import io.leat.lake.OffsetRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the ledger's rows of one partition. Rows of {@code dedup} are counted a moment after
 * those of {@code parse}, and after an abandoned checkpoint one of them covers several: so the rows
 * are put together by the offsets that they share, whenever they were written.
 */
final class LedgerAudit {
  /** A span of more offsets is not believed: no checkpoint has so many records. */
  private static final long MOST_OFFSETS = 1L << 29;

  private final LedgerRow.Log log;
  private final Gaps gaps;
  private final List<Span> spans = new ArrayList<>();

  private LedgerAudit(LedgerRow.Log log, Gaps gaps) {
    this.log = log;
    this.gaps = gaps;
  }

  /**
   * The spans whose records were counted in the period, in the order of their offsets.
   *
   * @param rows of one partition, those of the period and those around it
   * @param behind the spans before this offset are not told again, and from it on there must be no
   *     gap; null when nothing is known of what was before
   * @param gaps takes what does not add up
   */
  static List<Span> audit(
      List<LedgerRow> rows, Instant from, Instant to, @Nullable Long behind, Gaps gaps) {
    OffsetRange chosen =
        rows.stream()
            .filter(LedgerRow::isParsed)
            .filter(row -> !row.writtenAt().isBefore(from) && row.writtenAt().isBefore(to))
            .map(LedgerRow::range)
            .reduce(OffsetRange::hull)
            .orElse(null);
    if (chosen == null) {
      return List.of();
    }
    LedgerAudit audit = new LedgerAudit(rows.get(0).log(), gaps);
    audit.add(closed(rows, chosen), behind);
    return audit.spans;
  }

  /** Those that share offsets with the range, with a row that does, and so on; by offset. */
  private static List<LedgerRow> closed(List<LedgerRow> rows, OffsetRange chosen) {
    OffsetRange all = chosen;
    OffsetRange before;
    do {
      before = all;
      for (LedgerRow row : rows) {
        if (row.range().overlaps(all)) {
          all = all.hull(row.range());
        }
      }
    } while (!all.equals(before));
    OffsetRange closed = all;
    return rows.stream()
        .filter(row -> row.range().overlaps(closed))
        .sorted(Comparator.comparing((LedgerRow row) -> row.range().first()))
        .toList();
  }

  private void add(List<LedgerRow> rows, @Nullable Long behind) {
    Long parsedTo = behind;
    int i = 0;
    while (i < rows.size()) {
      List<LedgerRow> together = new ArrayList<>();
      OffsetRange range = rows.get(i).range();
      while (i < rows.size() && (together.isEmpty() || rows.get(i).range().overlaps(range))) {
        range = range.hull(rows.get(i).range());
        together.add(rows.get(i));
        i++;
      }
      if (behind == null || range.next() > behind) {
        parsedTo = continuous(together, parsedTo);
        span(together, range);
      }
    }
  }

  /** Notes gaps and overlaps of the rows that have all records; returns the offset behind them. */
  private @Nullable Long continuous(List<LedgerRow> together, @Nullable Long parsedTo) {
    Long next = parsedTo;
    for (LedgerRow row : together) {
      if (!row.isParsed()) {
        continue;
      }
      OffsetRange range = row.range();
      if (next != null && range.first() > next) {
        gap(GapCode.LEDGER_GAP, new OffsetRange(next, range.first()), "");
      } else if (next != null && range.first() < next) {
        gap(
            GapCode.LEDGER_OVERLAP,
            new OffsetRange(range.first(), Math.min(next, range.next())),
            "");
      }
      next = next == null ? range.next() : Math.max(next, range.next());
    }
    return next;
  }

  private void span(List<LedgerRow> together, OffsetRange range) {
    Counts counts = together.stream().map(LedgerRow::counts).reduce(Counts.NONE, Counts::plus);
    if (!counts.isBalanced()) {
      gap(
          GapCode.LEDGER_UNBALANCED,
          range,
          "logged %d, raw %d, processed %d, duplicates %d, quarantined %d"
              .formatted(
                  counts.logged(),
                  counts.raw(),
                  counts.processed(),
                  counts.duplicates(),
                  counts.quarantined()));
    }
    if (range.size() > MOST_OFFSETS) {
      gap(GapCode.LEDGER_UNBALANCED, range, "more offsets than a checkpoint can have");
      return;
    }
    Instant written =
        together.stream().map(LedgerRow::writtenAt).max(Comparator.naturalOrder()).orElseThrow();
    spans.add(new Span(log, range, counts, written));
  }

  private void gap(GapCode code, OffsetRange range, String detail) {
    gaps.add(Gap.of(code, log.epoch(), log.partition(), range).with(detail));
  }
}
