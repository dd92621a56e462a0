package io.leat.app.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Sets what was found against the truth. */
final class Checks {
  private final Ledger ledger;
  private final FeedCounts counts;

  Checks(Ledger ledger, FeedCounts counts) {
    this.ledger = ledger;
    this.counts = counts;
  }

  List<Check> of(DemoReport.Found found) {
    Ledger.Counts truth = ledger.total();
    Tallies tables = found.tables();
    long again = counts.sentAgain();
    long slack = counts.unknown();
    List<Check> checks = new ArrayList<>();
    checks.add(new Check("accepted", truth.accepted(), 0, found.accepted()));
    checks.add(new Check("logged", truth.accepted() + again, slack, found.logged()));
    checks.add(new Check("raw", truth.accepted() + again, slack, Tallies.sum(tables.raw())));
    checks.add(new Check("processed", truth.processed(), 0, Tallies.sum(tables.processed())));
    ledger
        .streams()
        .forEach(
            (stream, of) ->
                checks.add(
                    new Check(
                        "  " + stream,
                        of.processed(),
                        0,
                        tables.processed().getOrDefault(stream, 0L))));
    checks.add(
        new Check(
            "duplicates", truth.duplicates() + again, slack, Tallies.sum(tables.duplicates())));
    checks.add(
        new Check(
            "quarantined", truth.quarantinedTotal(), slack, Tallies.sum(tables.quarantined())));
    byCode(checks, truth.quarantined(), tables.quarantined(), slack);
    long rejected = Tallies.sum(found.rejected());
    checks.add(new Check("rejected", truth.rejectedTotal(), 0, rejected));
    byCode(checks, truth.rejected(), found.rejected(), 0);
    checks.add(
        new Check(
            "rejected and kept", truth.rejectedTotal(), slack, Tallies.sum(tables.rejected())));
    return checks;
  }

  private static void byCode(
      List<Check> checks, Map<String, Long> truth, Map<String, Long> found, long slack) {
    Set<String> codes = new TreeSet<>(truth.keySet());
    codes.addAll(found.keySet());
    for (String code : codes) {
      checks.add(
          new Check(
              "  " + code, truth.getOrDefault(code, 0L), slack, found.getOrDefault(code, 0L)));
    }
  }
}
