package io.leat.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Scenarios with tiny numbers and cold: what is measured is for {@code bench/run}. 06 is 05 under
 * eight other loads.
 */
class BenchTest {
  /** The hot path, the routing and the conversion. */
  @Test
  void theQuickScenariosRunAndHoldTheirRows(@TempDir Path directory) throws Exception {
    run(directory, List.of("01", "07", "10"));
  }

  @Test
  @Tag("slow")
  void everyScenarioRunsAndHoldsItsRows(@TempDir Path directory) throws Exception {
    run(directory, List.of("01", "02", "03", "04", "05", "07", "08", "09", "10", "11"));
  }

  private static void run(Path directory, List<String> scenarios) throws IOException {
    Path report = directory.resolve("REPORT.md");

    int exit =
        new CommandLine(new Bench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(
                "--only",
                String.join(",", scenarios),
                "--events",
                "5000",
                "--rounds",
                "1",
                "--warm-up",
                "0",
                "--dedup-ids",
                "5000",
                "--commit-millis",
                "500",
                "--dir",
                directory.toString(),
                "--out",
                report.toString());

    assertThat(exit).isZero();
    String text = Files.readString(report);
    assertThat(scenarios).allSatisfy(one -> assertThat(text).contains("| " + one + " |"));
  }
}
