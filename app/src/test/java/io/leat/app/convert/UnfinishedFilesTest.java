package io.leat.app.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnfinishedFilesTest {
  private final Path folder;

  UnfinishedFilesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void whatIsNotPublishedIsDeletedAtTheEnd() throws IOException {
    Path kept = folder.resolve("kept");
    Path lost = UnfinishedFiles.nameOf(folder.resolve("lost"));
    try (UnfinishedFiles files = new UnfinishedFiles();
        FileChannel one = files.create(UnfinishedFiles.nameOf(kept));
        FileChannel other = files.create(lost)) {
      one.write(ByteBuffer.wrap(new byte[] {'1'}));
      files.publish(UnfinishedFiles.nameOf(kept), kept);
      assertThat(lost).hasFileName(".lost.leat-part").exists();
      assertThat(other.isOpen()).isTrue();
    }
    assertThat(kept).hasContent("1");
    assertThat(folder).isDirectoryNotContaining("glob:**.leat-part");
  }

  @Test
  void whatAKilledProcessLeftIsOverwritten() throws IOException {
    Path part = Files.writeString(folder.resolve(".a.leat-part"), "left by a killed process");
    try (UnfinishedFiles files = new UnfinishedFiles();
        FileChannel channel = files.create(part)) {
      assertThat(channel.size()).isZero();
    }
  }

  @Test
  void twoDoNotWriteTheSameOutput() throws IOException {
    Path part = folder.resolve(".a.leat-part");
    try (UnfinishedFiles files = new UnfinishedFiles();
        UnfinishedFiles others = new UnfinishedFiles();
        FileChannel channel = files.create(part)) {
      assertThatThrownBy(() -> others.create(part))
          .isInstanceOf(WriteFailure.class)
          .hasMessage(part + " is being written by another process");
      assertThat(channel.isOpen()).isTrue();
      assertThat(part).exists();
    }
  }
}
