package io.leat.query.cache;

import io.leat.event.LeatException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A place in the cache. All but {@link #isUnwanted} is guarded by the cache's monitor.
 *
 * <p>It is being fetched until it is ready, has failed, or is unwanted, which it then stays.
 */
final class CachedFile {
  final RemoteFile file;
  final Path path;
  int leases;
  boolean isReady;
  @Nullable LeatException failure;

  /** No query waits for it any longer: whoever fetches it is to stop. */
  volatile boolean isUnwanted;

  CachedFile(RemoteFile file, Path path) {
    this.file = file;
    this.path = path;
  }
}
