package io.leat.app.reconcile;

import static io.leat.app.reconcile.TestingTables.STREAM;
import static io.leat.app.reconcile.TestingTables.delete;
import static io.leat.app.reconcile.TestingTables.offsets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.lake.OffsetRange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
  private static final Instant T = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant NOW = T.plusSeconds(3_000);

  private final TestingTables tables = new TestingTables();
  private final TestingSurroundings surroundings = new TestingSurroundings();
  private DataFile rawFile;
  private DataFile laterRawFile;
  private DataFile processedFile;

  /**
   * Partition 0: 0 to 99, then 100 to 199 with duplicates at 150 and 160 and a quarantined 170.
   * Partition 1: 0 to 9, all clean.
   */
  @BeforeEach
  void load() throws IOException {
    tables.checkpoint(0, 100, T);
    rawFile = tables.raw(0, offsets(100, 150));
    laterRawFile = tables.raw(0, offsets(150, 200));
    processedFile = tables.processed(0, offsets(100, 110));
    tables.processed(0, without(offsets(110, 200), 150, 160, 170));
    tables.quarantined("telemetry", 0, 170);
    tables.quarantined("heartbeat", 0, 20, 150); // another stream's
    tables.count(0, true, 100, 200, new Counts(100, 100, 0, 0, 1), T.plusSeconds(5));
    tables.count(0, false, 100, 200, new Counts(0, 0, 97, 2, 0), T.plusSeconds(5));
    tables.raw(1, offsets(0, 10));
    tables.processed(1, offsets(0, 10));
    tables.count(1, true, 0, 10, new Counts(10, 10, 0, 0, 0), T.plusSeconds(7));
    tables.count(1, false, 0, 10, new Counts(0, 0, 10, 0, 0), T.plusSeconds(7));
    surroundings.kept.put(0, new OffsetRange(0, 200));
    surroundings.kept.put(1, new OffsetRange(0, 10));
    surroundings.committed.put(1, Map.of(0, 200L, 1, 10L));
    surroundings.logged = NOW;
  }

  private static long[] without(long[] offsets, long... left) {
    List<Long> out = java.util.Arrays.stream(left).boxed().toList();
    return java.util.Arrays.stream(offsets).filter(offset -> !out.contains(offset)).toArray();
  }

  private Reconciler reconciler(Duration settling, long atOnce) {
    return new Reconciler(tables.catalog, surroundings, InstantSource.fixed(NOW), settling, atOnce);
  }

  private StreamReport report() throws InterruptedException {
    return report(Duration.ZERO, PositionCheck.AT_ONCE, new Period(null, NOW));
  }

  private StreamReport report(Duration settling, long atOnce, Period period)
      throws InterruptedException {
    return reconciler(settling, atOnce)
        .reconcile(List.of(STREAM), period, step -> {}, () -> false)
        .get(0);
  }

  private static Gap gap(GapCode code, int partition, long first, long next) {
    return Gap.of(code, 1, partition, new OffsetRange(first, next));
  }

  @Test
  void whatIsWholeReconcilesInPassesOfAnySize() throws Exception {
    for (long atOnce : new long[] {1, 100, 101, 1_000}) {
      StreamReport report = report(Duration.ZERO, atOnce, new Period(null, NOW));

      assertThat(report.gaps()).isEmpty();
      assertThat(report.notes()).isEmpty();
      assertThat(report.counts()).isEqualTo(new Counts(210, 210, 207, 2, 1));
      assertThat(report.covered())
          .containsExactly(
              new StreamReport.Covered(1, 0, new OffsetRange(0, 200)),
              new StreamReport.Covered(1, 1, new OffsetRange(0, 10)));
    }
  }

  @Test
  void aPeriodHasWhatWasCountedInIt() throws Exception {
    StreamReport report =
        report(
            Duration.ZERO, PositionCheck.AT_ONCE, new Period(T.plusSeconds(1), T.plusSeconds(6)));

    assertThat(report.gaps()).isEmpty();
    assertThat(report.counts()).isEqualTo(new Counts(100, 100, 97, 2, 1));
  }

  @Test
  void aRawFileThatIsGoneIsNamedToItsOffsets() throws Exception {
    delete(tables.raw, rawFile);

    assertThat(report().gaps())
        .containsExactly(gap(GapCode.MISSING_IN_RAW, 0, 100, 150).with("the log still has them"));
    surroundings.kept.put(0, new OffsetRange(180, 200));
    StreamReport later = report();
    assertThat(later.gaps())
        .containsExactly(
            gap(GapCode.MISSING_IN_RAW, 0, 100, 150).with("the log no longer keeps them"));
    assertThat(later.notes()).hasSize(1);
  }

  /** Its first look falls into a switch, whose tables do not belong together. */
  @Test
  void whatIsReadWhileRowsAreReplacedIsReadAgain() throws Exception {
    delete(tables.processed, processedFile);
    AtomicInteger asked = new AtomicInteger();
    surroundings.switches =
        () -> {
          if (asked.incrementAndGet() < 3) {
            return 1;
          }
          if (asked.get() == 3) {
            restore();
          }
          return 2;
        };

    assertThat(report().gaps()).isEmpty();
  }

  private void restore() {
    try {
      tables.processed(0, offsets(100, 110));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aSwitchThatDoesNotEndIsToldInPlaceOfGaps() {
    surroundings.switches = () -> 1;

    assertThatThrownBy(this::report)
        .hasMessage(
            "A replay of devices.telemetry is being switched to; 'leat replay list' shows it."
                + " Reconcile again when it is done");
  }

  @Test
  void whatHasAgedOutIsNotMissed() throws Exception {
    TestingTables.ageOut(tables.raw, rawFile);
    TestingTables.ageOut(tables.processed, processedFile);

    StreamReport report = report();
    assertThat(report.gaps()).isEmpty();
    assertThat(report.agedOut()).isEqualTo(50);
    assertThat(report.notes()).anyMatch(note -> note.contains("50 of these offsets have aged out"));
  }

  @Test
  void whatIsLostBesideWhatHasAgedOutIsStillNamed() throws Exception {
    TestingTables.ageOut(tables.raw, rawFile);
    TestingTables.ageOut(tables.processed, processedFile);
    delete(tables.raw, laterRawFile);

    assertThat(report().gaps())
        .containsExactly(gap(GapCode.MISSING_IN_RAW, 0, 150, 200).with("the log still has them"));
  }

  @Test
  void aFileThatTheTableNamesButIsNotThereIsTold() throws Exception {
    tables.raw.io().deleteFile(rawFile.location());

    StreamReport report = report();

    assertThat(report.gaps())
        .containsExactly(gap(GapCode.MISSING_IN_RAW, 0, 100, 150).with("the log still has them"));
    assertThat(report.notes())
        .containsExactly("a table names the file " + rawFile.location() + ", which is not there");
  }

  @Test
  void aClockThatIsAheadIsNotWaitedForForEver() throws Exception {
    tables.count(1, true, 10, 12, new Counts(2, 2, 0, 0, 2), NOW.plus(Duration.ofMinutes(5)));
    surroundings.kept.put(1, new OffsetRange(0, 12));
    surroundings.committed.put(1, Map.of(0, 200L, 1, 12L));

    StreamReport report =
        report(Duration.ofMillis(50), 100, new Period(null, NOW.plus(Duration.ofHours(1))));

    assertThat(report.gaps()).extracting(Gap::code).contains(GapCode.MISSING_IN_RAW);
  }

  @Test
  void aRawRowThatIsDoubledIsNamed() throws Exception {
    tables.raw(0, 42);
    tables.raw(1, 3, 4);

    assertThat(report().gaps())
        .containsExactly(
            gap(GapCode.DOUBLE_IN_RAW, 0, 42, 43), gap(GapCode.DOUBLE_IN_RAW, 1, 3, 5));
  }

  @Test
  void aProcessedRowThatIsGoneAmongDuplicatesIsNamedToTheirOffsets() throws Exception {
    delete(tables.processed, processedFile);

    assertThat(report().gaps())
        .containsExactly(
            new Gap(
                GapCode.MISSING_IN_PROCESSED,
                1,
                0,
                new OffsetRange(100, 161),
                10,
                "12 offsets have no row, 2 of them are duplicates"));
  }

  @Test
  void withoutDuplicatesTheProcessedRowsThatAreGoneAreNamedExactly() throws Exception {
    DataFile file = tables.processed(1, 10, 11, 14);
    tables.raw(1, offsets(10, 16));
    tables.processed(1, 12, 13, 15);
    tables.count(1, true, 10, 16, new Counts(6, 6, 0, 0, 0), T.plusSeconds(9));
    tables.count(1, false, 10, 16, new Counts(0, 0, 6, 0, 0), T.plusSeconds(9));
    surroundings.kept.put(1, new OffsetRange(0, 16));
    surroundings.committed.put(1, Map.of(0, 200L, 1, 16L));
    assertThat(report().gaps()).isEmpty();

    delete(tables.processed, file);

    assertThat(report().gaps())
        .containsExactly(
            gap(GapCode.MISSING_IN_PROCESSED, 1, 10, 12),
            gap(GapCode.MISSING_IN_PROCESSED, 1, 14, 15));
  }

  @Test
  void aRowThatWasMovedIsMissingWhereItWasAndTooMuchWhereItIs() throws Exception {
    DataFile file = tables.processed(1, 5);
    assertThat(report().gaps()).containsExactly(gap(GapCode.DOUBLE_IN_PROCESSED, 1, 5, 6));
    delete(tables.processed, file);

    tables.processed(0, 150); // a duplicate that was stored

    assertThat(report().gaps())
        .containsExactly(
            new Gap(
                GapCode.DUPLICATE_STORED,
                1,
                0,
                new OffsetRange(100, 200),
                1,
                "2 duplicates were counted, 1 offsets have no row"));
  }

  @Test
  void aRecordThatIsCleanAndQuarantinedIsNamed() throws Exception {
    tables.processed(0, 170);

    assertThat(report().gaps())
        .containsExactly(gap(GapCode.PROCESSED_AND_QUARANTINED, 0, 170, 171));
  }

  @Test
  void aRowInTheQuarantineInsteadOfProcessedDisagreesWithTheLedger() throws Exception {
    DataFile file = tables.processed(1, 10);
    tables.raw(1, 10);
    tables.count(1, true, 10, 11, new Counts(1, 1, 0, 0, 0), T.plusSeconds(9));
    tables.count(1, false, 10, 11, new Counts(0, 0, 1, 0, 0), T.plusSeconds(9));
    delete(tables.processed, file);
    tables.quarantined("telemetry", 1, 10);
    surroundings.kept.put(1, new OffsetRange(0, 11));
    surroundings.committed.put(1, Map.of(0, 200L, 1, 11L));

    assertThat(report().gaps())
        .containsExactly(
            gap(GapCode.LEDGER_DISAGREES, 1, 10, 11)
                .with("processed has 0 rows and the ledger 1, the quarantine 1 and 0"));
  }

  @Test
  void aQuarantinedRowTwiceIsNamed() throws Exception {
    tables.quarantined("telemetry", 0, 170);

    assertThat(report().gaps()).containsExactly(gap(GapCode.DOUBLE_IN_QUARANTINE, 0, 170, 171));
  }

  @Test
  void anOffsetThatNobodyCountedIsAGapAlsoBetweenSlices() throws Exception {
    tables.raw(1, offsets(12, 20));
    tables.processed(1, offsets(12, 20));
    tables.count(1, true, 12, 20, new Counts(8, 8, 0, 0, 0), T.plus(Duration.ofHours(30)));
    tables.count(1, false, 12, 20, new Counts(0, 0, 8, 0, 0), T.plus(Duration.ofHours(30)));
    surroundings.kept.put(1, new OffsetRange(0, 20));
    surroundings.committed.put(1, Map.of(0, 200L, 1, 20L));

    StreamReport report =
        report(
            Duration.ZERO, PositionCheck.AT_ONCE, new Period(null, T.plus(Duration.ofHours(40))));

    assertThat(report.gaps()).containsExactly(gap(GapCode.LEDGER_GAP, 1, 10, 12));
    assertThat(report.counts().logged()).isEqualTo(218);
  }

  @Test
  void aCommitThatIsUnderWayIsWaitedFor() throws Exception {
    Instant fresh = NOW.minusMillis(100);
    tables.count(1, true, 10, 12, new Counts(2, 2, 0, 0, 0), fresh);
    tables.count(1, false, 10, 12, new Counts(0, 0, 2, 0, 0), fresh);
    tables.processed(1, 10, 11);
    surroundings.kept.put(1, new OffsetRange(0, 12));
    surroundings.committed.put(1, Map.of(0, 200L, 1, 12L));
    AtomicInteger waits = new AtomicInteger();

    List<StreamReport> reports =
        reconciler(Duration.ofMillis(400), PositionCheck.AT_ONCE)
            .reconcile(
                List.of(STREAM),
                new Period(null, NOW),
                step -> {
                  if (step.startsWith("waiting") && waits.incrementAndGet() == 2) {
                    commit();
                  }
                },
                () -> false);

    assertThat(waits).hasValue(2);
    assertThat(reports.get(0).gaps()).isEmpty();
  }

  private void commit() {
    try {
      tables.raw(1, 10, 11);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aCommitThatNeverComesIsAGapOnceItHadItsTime() throws Exception {
    tables.count(1, true, 10, 12, new Counts(2, 2, 0, 0, 2), T.plusSeconds(9));
    surroundings.kept.put(1, new OffsetRange(0, 12));
    surroundings.committed.put(1, Map.of(0, 200L, 1, 12L));

    assertThat(report(Duration.ofMinutes(1), 100, new Period(null, NOW)).gaps())
        .containsExactly(
            gap(GapCode.MISSING_IN_RAW, 1, 10, 12).with("the log still has them"),
            gap(GapCode.MISSING_IN_PROCESSED, 1, 10, 12));
  }

  @Test
  void whatTheLedgerDoesNotHaveYetIsInFlightUntilItIsOverdue() throws Exception {
    surroundings.kept.put(0, new OffsetRange(0, 207));

    StreamReport young = report();
    assertThat(young.gaps()).isEmpty();
    assertThat(young.inFlight()).isEqualTo(7);

    surroundings.logged = NOW.minus(Duration.ofHours(1));
    assertThat(report().gaps())
        .containsExactly(
            gap(GapCode.OVERDUE, 0, 200, 207).with("the first was logged at 2026-03-01T09:50:00Z"));
  }

  @Test
  void aLogThatLostItsEndIsNamed() throws Exception {
    surroundings.kept.put(0, new OffsetRange(0, 190));

    assertThat(report().gaps()).containsExactly(gap(GapCode.LOG_TRUNCATED, 0, 190, 200));
  }

  @Test
  void retentionThatWasFasterThanTheProcessorIsAGap() throws Exception {
    surroundings.kept.put(0, new OffsetRange(230, 300));

    StreamReport report = report();

    assertThat(report.gaps())
        .containsExactly(
            gap(GapCode.LEDGER_GAP, 0, 200, 230)
                .with("the log's retention took them before they were read"));
    assertThat(report.inFlight()).isEqualTo(70);
  }

  @Test
  void acknowledgedIsAtMostLogged() throws Exception {
    surroundings.answered = List.of(new Surroundings.Answered(1, 207, 2, T, 1));
    StreamReport.Gateway gateway = report().gateway();
    assertThat(gateway).isEqualTo(new StreamReport.Gateway(210, 207, 2, T, 1));
    assertThat(gateway.unacknowledged()).isEqualTo(3);

    surroundings.answered = List.of(new Surroundings.Answered(1, 212, 0, T, 0));

    assertThat(report().gaps())
        .containsExactly(
            new Gap(
                GapCode.ACKNOWLEDGED_NOT_LOGGED,
                1,
                -1,
                new OffsetRange(210, 212),
                2,
                "acknowledged 212, logged 210"));
  }

  @Test
  void itStopsWhenNobodyWantsTheAnswer() {
    assertThatThrownBy(
            () ->
                reconciler(Duration.ZERO, 100)
                    .reconcile(List.of(STREAM), new Period(null, NOW), step -> {}, () -> true))
        .hasMessage("The reconciliation was given up: nobody asks for it any more");
  }

  @Test
  void aGapIsToldWithItsPositionAndRemedy() throws Exception {
    delete(tables.raw, rawFile);

    Reconciliation found =
        new Reconciliation(new Period(null, NOW), NOW, Duration.ofMillis(5), List.of(report()));

    assertThat(found.gaps()).isEqualTo(1);
    var json = found.json();
    assertThat(json.path("reconciled").asBoolean()).isFalse();
    var gap = json.path("streams").path(0).path("gaps").path(0);
    assertThat(gap.path("code").asText()).isEqualTo("missing-in-raw");
    assertThat(gap.path("position").asText()).isEqualTo("devices.telemetry/0@100..149");
    assertThat(gap.path("count").asLong()).isEqualTo(50);
    assertThat(gap.path("remedy").asText()).isNotBlank();
  }
}
