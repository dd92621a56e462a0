package io.leat.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Every scenario with tiny numbers and cold: what is measured is for {@code bench/run}. 06 is 05
 * under eight other loads.
 */
class BenchTest {
  @Test
  void everyScenarioRunsAndHoldsItsRows(@TempDir Path directory) throws Exception {
    Path report = directory.resolve("REPORT.md");

    int exit =
        new CommandLine(new Bench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(
                "--only",
                "01,02,03,04,05,07,08,09,10,11",
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
    assertThat(Files.readString(report))
        .contains(
            "| 01 |", "| 02 |", "| 03 |", "| 04 |", "| 05 |", "| 07 |", "| 08 |", "| 09 |",
            "| 10 |", "| 11 |");
  }
}
