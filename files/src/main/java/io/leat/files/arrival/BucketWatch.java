package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import io.leat.files.place.ObjectStore;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists a bucket, and takes in what messages tell of it. A message only says where to look: what is
 * told to the ledger is what the store has, so that a message may come twice, late or not at all.
 * An object is whole when it is there. Thread-safe.
 */
public final class BucketWatch {
  private static final int AT_A_TIME = 500;
  private static final int MOST_TOLD = 100_000;

  private final String blueprint;
  private final String source;
  private final Place.Bucket place;
  private final Names names;
  private final ObjectStore store;
  private final Discovery discovery;

  /** By key, the version that was told. */
  private final Map<String, String> told =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_TOLD;
        }
      };

  public BucketWatch(
      String blueprint,
      String source,
      Place.Bucket place,
      Names names,
      ObjectStore store,
      Discovery discovery) {
    this.blueprint = blueprint;
    this.source = source;
    this.place = place;
    this.names = names;
    this.store = store;
    this.discovery = discovery;
  }

  /** Lists the bucket once. */
  public void look() throws IOException {
    List<Sighting> seen = new ArrayList<>();
    store.list(
        place.bucket(),
        prefix(),
        found -> {
          add(found, seen);
          if (seen.size() >= AT_A_TIME) {
            tell(seen);
          }
        });
    tell(seen);
  }

  /**
   * Looks at one object.
   *
   * @return whether it is one of this source, and there
   */
  public boolean look(String bucket, String key) throws IOException {
    if (!isMine(bucket, key)) {
      return false;
    }
    Optional<ObjectStore.Found> found = store.look(bucket, key);
    if (found.isEmpty()) {
      return false;
    }
    List<Sighting> seen = new ArrayList<>();
    add(found.get(), seen);
    tell(seen);
    return true;
  }

  /** Whether an object is of this source. */
  public boolean isMine(String bucket, String key) {
    return bucket.equals(place.bucket())
        && key.startsWith(prefix())
        && names.matches(key.substring(prefix().length()));
  }

  private String prefix() {
    return place.prefix().isEmpty() ? "" : place.prefix() + "/";
  }

  private void add(ObjectStore.Found found, List<Sighting> seen) {
    if (!isMine(place.bucket(), found.key())) {
      return;
    }
    synchronized (told) {
      if (found.etag().equals(told.get(found.key()))) {
        return;
      }
    }
    seen.add(
        new Sighting(
            blueprint,
            source,
            found.key().substring(prefix().length()),
            new BucketInputs.Address(place.bucket(), found.key()).location(),
            found.etag(),
            found.size()));
  }

  private void tell(List<Sighting> seen) {
    if (seen.isEmpty()) {
      return;
    }
    discovery.seen(List.copyOf(seen));
    synchronized (told) {
      seen.forEach(one -> told.put(BucketInputs.Address.of(one.location()).key(), one.version()));
    }
    seen.clear();
  }
}
