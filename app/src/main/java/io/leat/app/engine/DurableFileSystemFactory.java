package io.leat.app.engine;

import java.net.URI;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;

/** Lets Flink find {@link DurableFileSystem} under {@code disk:} (see META-INF/services). */
public final class DurableFileSystemFactory implements FileSystemFactory {
  static final String SCHEME = "disk";

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem create(URI uri) {
    return new DurableFileSystem();
  }
}
