package io.leat.app.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSpaceTest {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private final Path directory;

  FileSpaceTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void foldersOfOneFileSystemAreOneSpaceAlsoWhenTheyAreNotThereYet() throws IOException {
    Map<String, Path> parts = new LinkedHashMap<>();
    parts.put("kafka", directory);
    parts.put("warehouse", directory.resolve("not/yet/there"));

    List<FileSpace> spaces = FileSpace.of(parts, 7 * MIB);

    assertThat(spaces).hasSize(1);
    FileSpace space = spaces.get(0);
    assertThat(space.holds()).containsExactly("kafka", "warehouse");
    assertThat(space.reserve()).isEqualTo(7 * MIB);
    assertThat(space.total()).isEqualTo(Files.getFileStore(directory).getTotalSpace());
    assertThat(space.meter().usable()).isPositive().isLessThanOrEqualTo(space.total());
  }

  @Test
  void theReserveIsATwentiethWithinBounds() {
    assertThat(FileSpace.reserve(20 * GIB)).isEqualTo(GIB);
    assertThat(FileSpace.reserve(GIB)).isEqualTo(256 * MIB);
    assertThat(FileSpace.reserve(10_000 * GIB)).isEqualTo(4 * GIB);
  }
}
