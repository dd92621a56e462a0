package io.leat.app.reconcile;

import java.util.Locale;

/** The kinds of gaps, what each means and what to do. */
public enum GapCode {
  LEDGER_GAP(
      "The ledger has no row for these offsets: the processor did not read them, or their count was"
          + " lost",
      "Keep the log's retention as it is or longer, look into the job's log for a reset of offsets,"
          + " and read the offsets again while the log keeps them"),
  LEDGER_OVERLAP(
      "Two rows of the ledger count these offsets",
      "Look whether a checkpoint was lost: the job then began before what was committed"),
  LEDGER_UNBALANCED(
      "The ledger's own counts of these offsets do not balance",
      "This is a defect: keep the ledger's rows of these offsets and report it"),
  LEDGER_DISAGREES(
      "The tables have other numbers of rows for these offsets than the ledger counted",
      "Look who else writes to the tables"),
  MISSING_IN_RAW(
      "The raw table has no row of these offsets",
      "Restore the table's snapshot or file; while the log keeps the records they can be read"
          + " again"),
  DOUBLE_IN_RAW(
      "The raw table has more than one row of these offsets",
      "Roll the table back to the snapshot before the second row was committed"),
  MISSING_IN_PROCESSED(
      "These offsets are in raw, but neither in processed nor in quarantine, and are more than the"
          + " duplicates that were counted",
      "Restore the table's snapshot or file, or build the rows again from raw"),
  DOUBLE_IN_PROCESSED(
      "The processed table has more than one row of these offsets",
      "Roll the table back to the snapshot before the second row was committed"),
  DOUBLE_IN_QUARANTINE(
      "The quarantine has more than one row of these offsets",
      "Roll the table back to the snapshot before the second row was committed"),
  PROCESSED_AND_QUARANTINED(
      "These offsets are in processed and in quarantine", "Look who else writes to the tables"),
  DUPLICATE_STORED(
      "Fewer of these offsets are without a row than duplicates were counted",
      "Look who else writes to the tables"),
  LOG_TRUNCATED(
      "The ledger counted offsets that the log does not have: it lost its end",
      "Find out what the broker's disk lost; what was read before is in the tables"),
  ACKNOWLEDGED_NOT_LOGGED(
      "The gateways acknowledged more records than the log has ever had",
      "Find out what the broker's disk lost, and ask senders to send again what they sent then"),
  OVERDUE(
      "Records wait in the log for longer than they may", "See 'leat status' for the job's state");

  private final String title;
  private final String remedy;

  GapCode(String title, String remedy) {
    this.title = title;
    this.remedy = remedy;
  }

  /** The stable name: {@code missing-in-raw}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** One sentence for people. */
  public String title() {
    return title;
  }

  /** What to do. */
  public String remedy() {
    return remedy;
  }
}
