package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The means of the fault {@link Fault#DISK_FULL}; skipped where that fault is left out. */
class SmallDiskTest {
  private static final int LEFT = 1 << 20;

  @Test
  void aFilledDiskTakesNoMoreThanIsLeftUntilItIsTakenBack(@TempDir Path directory)
      throws Exception {
    assumeTrue(
        SmallDisk.refusal().isEmpty(),
        () ->
            "The fault DISK_FULL needs the right to mount a file system: "
                + SmallDisk.refusal().orElse(""));
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 64)) {
      Path file = disk.root().resolve("file");
      byte[] bytes = new byte[2 * LEFT];

      disk.fill(LEFT);

      assertThatThrownBy(() -> Files.write(file, bytes))
          .isInstanceOf(IOException.class)
          .hasMessage("No space left on device");
      disk.takeBack();
      Files.write(file, bytes);
      assertThat(file).hasSize(bytes.length);
    }
  }
}
