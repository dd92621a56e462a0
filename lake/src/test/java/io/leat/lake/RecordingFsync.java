package io.leat.lake;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what is made durable, in order. */
final class RecordingFsync implements Fsync {
  private static final long serialVersionUID = 1L;

  final transient List<String> calls = new CopyOnWriteArrayList<>();

  @Override
  public void file(FileChannel channel, Path path) {
    calls.add("file " + path);
  }

  @Override
  public void directory(Path directory) {
    calls.add("directory " + directory);
  }
}
