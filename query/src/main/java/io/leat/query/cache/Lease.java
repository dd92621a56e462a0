package io.leat.query.cache;

import io.leat.event.LeatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The cached files of one query: none of them is evicted before {@link #close}. One thread takes
 * and closes; any other may {@link #abandon}. Its fields are guarded by the cache's monitor.
 */
public final class Lease implements AutoCloseable {
  private final FileCache cache;
  private final List<CachedFile> held = new ArrayList<>();
  private boolean isAbandoned;

  Lease(FileCache cache) {
    this.cache = cache;
  }

  /**
   * Fetches what is not there yet. Waits, holding nothing, until other queries leave enough room.
   *
   * @return the file of each location
   * @throws LeatException QUERY_TOO_LARGE when they can never be in the cache together,
   *     LAKE_UNAVAILABLE when one cannot be read, QUERY_ENGINE_UNAVAILABLE when one cannot be
   *     written, QUERY_CANCELLED when it was abandoned or its thread was interrupted
   */
  public Map<String, Path> take(Collection<RemoteFile> files) {
    return files.isEmpty() ? Map.of() : cache.take(this, files);
  }

  /** Nobody waits for the files any longer: {@link #take} fails, and their fetching ends. */
  public void abandon() {
    synchronized (cache) {
      isAbandoned = true;
      cache.notifyAll();
    }
  }

  /** Lets go of the files. */
  @Override
  public void close() {
    cache.release(this);
  }

  boolean isAbandoned() {
    return isAbandoned;
  }

  List<CachedFile> held() {
    return held;
  }
}
