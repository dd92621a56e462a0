package io.leat.app.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogBudgetTest {
  private static final long MIB = 1 << 20;

  private final Path directory;

  LogBudgetTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void withoutASizeItIsHalfOfTheDisk() throws IOException {
    assertThat(LogBudget.of(0, directory, 1).bytes())
        .isEqualTo(Files.getFileStore(directory).getTotalSpace() / 2);
  }

  @Test
  void filesThatAreStillWrittenToTakeAnEighth() {
    assertThat(LogBudget.of(800 * MIB, directory, 10))
        .isEqualTo(new LogBudget(800 * MIB, (int) (10 * MIB)));
  }

  @Test
  void filesAreNeitherLargerThanUsualNorTooSmall() {
    assertThat(LogBudget.of(1 << 30, directory, 1).segmentBytes()).isEqualTo((int) (64 * MIB));
    assertThat(LogBudget.of(40 * MIB, directory, 10).segmentBytes()).isEqualTo((int) MIB);
  }

  @Test
  void aBudgetThatTheOpenFilesCouldFillIsRefused() {
    assertThatThrownBy(() -> LogBudget.of(40 * MIB - 1, directory, 10))
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
        .hasMessage(
            "The log may take 40.0 MiB of disk, but the 10 partitions of the blueprints need at"
                + " least 40.0 MiB. Give 'disk.log' in leat.yaml that much, or the streams fewer"
                + " partitions.");
  }
}
