package io.leat.app.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.lake.OffsetRange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LedgerAuditTest {
  private static final LedgerRow.Log LOG = new LedgerRow.Log("telemetry", 2, 3);
  private static final Instant T = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant END = T.plusSeconds(3600);

  private final Gaps gaps = new Gaps();

  private static LedgerRow parsed(long first, long next, long quarantined, int second) {
    long records = next - first;
    return new LedgerRow(
        LOG,
        true,
        new OffsetRange(first, next),
        new Counts(records, records, 0, 0, quarantined),
        T.plusSeconds(second));
  }

  private static LedgerRow judged(
      long first, long next, long processed, long duplicates, int second) {
    return new LedgerRow(
        LOG,
        false,
        new OffsetRange(first, next),
        new Counts(0, 0, processed, duplicates, 0),
        T.plusSeconds(second));
  }

  private List<Span> audit(@Nullable Long behind, LedgerRow... rows) {
    return LedgerAudit.audit(List.of(rows), T, END, behind, gaps);
  }

  private static Gap gap(GapCode code, long first, long next, String detail) {
    return Gap.of(code, 2, 3, new OffsetRange(first, next)).with(detail);
  }

  @Test
  void checkpointsThatFollowEachOtherAreSpansOfTheirOwn() {
    List<Span> spans =
        audit(
            null,
            judged(10, 20, 8, 1, 10),
            parsed(0, 10, 0, 5),
            parsed(10, 20, 1, 10),
            judged(0, 10, 10, 0, 5));

    assertThat(gaps.all()).isEmpty();
    assertThat(spans).extracting(Span::range).containsExactly(range(0, 10), range(10, 20));
    assertThat(spans)
        .extracting(Span::counts)
        .containsExactly(new Counts(10, 10, 10, 0, 0), new Counts(10, 10, 8, 1, 1));
  }

  private static OffsetRange range(long first, long next) {
    return new OffsetRange(first, next);
  }

  @Test
  void offsetsThatNobodyCountedAreAGap() {
    audit(null, parsed(0, 10, 10, 5), parsed(13, 20, 7, 10));

    assertThat(gaps.all()).containsExactly(gap(GapCode.LEDGER_GAP, 10, 13, ""));
  }

  @Test
  void offsetsThatWereCountedTwiceAreAnOverlap() {
    audit(null, parsed(0, 10, 10, 5), parsed(6, 20, 14, 10));

    assertThat(gaps.all()).containsExactly(gap(GapCode.LEDGER_OVERLAP, 6, 10, ""));
  }

  @Test
  void theSameRowTwiceIsAnOverlap() {
    audit(null, parsed(0, 10, 10, 5), parsed(0, 10, 10, 5));

    assertThat(gaps.all()).containsExactly(gap(GapCode.LEDGER_OVERLAP, 0, 10, ""));
  }

  @Test
  void countsThatDoNotBalanceAreNamed() {
    audit(null, parsed(0, 10, 0, 5), judged(0, 10, 8, 1, 5));

    assertThat(gaps.all())
        .containsExactly(
            gap(
                GapCode.LEDGER_UNBALANCED,
                0,
                10,
                "logged 10, raw 10, processed 8, duplicates 1, quarantined 0"));
  }

  /** The barrier of the first did not reach deduplication. */
  @Test
  void anAbandonedCheckpointAndTheNextAreOneSpan() {
    List<Span> spans =
        audit(null, parsed(0, 10, 0, 5), parsed(10, 20, 0, 10), judged(0, 20, 20, 0, 10));

    assertThat(gaps.all()).isEmpty();
    assertThat(spans).extracting(Span::range).containsExactly(range(0, 20));
  }

  @Test
  void severalSubtasksOfDeduplicationCountTogether() {
    audit(null, parsed(0, 10, 0, 5), judged(0, 9, 5, 0, 5), judged(1, 10, 4, 1, 6));

    assertThat(gaps.all()).isEmpty();
  }

  @Test
  void rowsOfOneCheckpointOnBothSidesOfAnEdgeBelongTogether() {
    List<Span> spans =
        audit(
            null,
            parsed(0, 10, 0, -5),
            judged(0, 10, 10, 0, 1), // in the period, but its parse row is not
            parsed(10, 20, 0, 3_599),
            judged(10, 20, 10, 0, 3_601));

    assertThat(gaps.all()).isEmpty();
    assertThat(spans).extracting(Span::range).containsExactly(range(10, 20));
  }

  @Test
  void whatWasLookedAtBeforeIsNotToldAgainAndMustBeFollowed() {
    LedgerRow[] rows = {parsed(0, 10, 10, 5), parsed(12, 20, 8, 10)};

    assertThat(audit(10L, rows)).extracting(Span::range).containsExactly(range(12, 20));
    assertThat(gaps.all()).containsExactly(gap(GapCode.LEDGER_GAP, 10, 12, ""));
  }

  @Test
  void aRangeThatNoCheckpointCanHaveIsNotBelieved() {
    assertThat(audit(null, parsed(0, 1L << 40, 1L << 40, 5))).isEmpty();

    assertThat(gaps.all())
        .containsExactly(
            gap(GapCode.LEDGER_UNBALANCED, 0, 1L << 40, "more offsets than a checkpoint can have"));
  }
}
