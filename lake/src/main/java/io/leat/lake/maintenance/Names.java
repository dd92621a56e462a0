package io.leat.lake.maintenance;

import java.util.Arrays;

/**
 * A set of file names in 8 bytes each. It may take a name for one of its own by chance (one in some
 * billions), never the other way round. Owned by one thread.
 */
final class Names {
  private long[] hashes = new long[1_024];
  private int size;
  private boolean isSorted;

  /** Adds the last part of a location. */
  void add(String location) {
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, size * 2);
    }
    hashes[size++] = hash(of(location));
    isSorted = false;
  }

  /** Whether the last part of the location was added. */
  boolean contains(String location) {
    if (!isSorted) {
      Arrays.sort(hashes, 0, size);
      isSorted = true;
    }
    return Arrays.binarySearch(hashes, 0, size, hash(of(location))) >= 0;
  }

  /** The last part of a location. */
  static String of(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }

  /** FNV-1a. */
  private static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
