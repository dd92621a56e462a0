package io.leat.lake;

import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How {@link LocalFileIO} makes written bytes and directory entries survive a power cut. */
interface Fsync extends Serializable {

  /** Returns when the file's bytes and length are on the device. */
  void file(FileChannel channel, Path path) throws IOException;

  /** Returns when the directory's entries are on the device. */
  void directory(Path directory) throws IOException;

  /** The two that the product uses; tests record instead. */
  enum Mode implements Fsync {
    /** {@code fsync(2)} of files and directories: survives a power cut. */
    DEVICE {
      @Override
      public void file(FileChannel channel, Path path) throws IOException {
        channel.force(true);
      }

      @Override
      public void directory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    },
    /** Left to the page cache: survives the death of the process only. */
    NONE {
      @Override
      public void file(FileChannel channel, Path path) {}

      @Override
      public void directory(Path directory) {}
    }
  }
}
