package io.leat.query.cache;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/** A remote store in memory whose reads can be held up. */
final class TestingStore implements FileIO {
  private final ConcurrentHashMap<String, byte[]> objects = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> reads = new ConcurrentLinkedQueue<>();
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /** A file with these many bytes, each the length of its name. */
  RemoteFile put(String name, int bytes) {
    byte[] content = new byte[bytes];
    java.util.Arrays.fill(content, (byte) name.length());
    objects.put("store://b/" + name, content);
    return new RemoteFile("store://b/" + name, bytes, this);
  }

  /** Reads wait until {@link #open}. */
  void hold() {
    gate = new CountDownLatch(1);
  }

  void open() {
    gate.countDown();
  }

  /** The names of the files that were opened so far. */
  List<String> reads() {
    return reads.stream().map(location -> location.substring("store://b/".length())).toList();
  }

  @Override
  public InputFile newInputFile(String location) {
    reads.add(location);
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    byte[] content = objects.get(location);
    if (content == null) {
      throw new NotFoundException("There is no %s", location);
    }
    return new InMemoryInputFile(location, content);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void deleteFile(String location) {
    objects.remove(location);
  }
}
