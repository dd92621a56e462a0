package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import io.leat.files.place.ObjectStore;
import io.leat.files.place.Reserve;
import io.leat.files.place.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Objects of a bucket. One that is worked on is fetched once, to this machine's disk: a Parquet
 * file is read at many places, and its hash needs all of it.
 */
public final class BucketInputs implements Inputs {
  private final ObjectStore store;
  private final long reserve;

  /**
   * @param reserve bytes that have to stay free where copies are written; 0: as the size of that
   *     file system suggests
   */
  public BucketInputs(ObjectStore store, long reserve) {
    this.store = store;
    this.reserve = reserve;
  }

  /** A bucket and a key. */
  record Address(String bucket, String key) {
    static Address of(String location) {
      String[] parts = location.substring("s3://".length()).split("/", 2);
      return new Address(parts[0], parts.length == 1 ? "" : parts[1]);
    }

    String location() {
      return "s3://" + bucket + "/" + key;
    }
  }

  @Override
  public LocalInput fetch(Sighting seen, Path spool) throws IOException {
    Address at = Address.of(seen.location());
    try (InputStream content = store.read(at.bucket(), at.key(), seen.version());
        OutputStream out = Files.newOutputStream(spool);
        OutputStream taken = new Reserve(spool, reserve).before(out)) {
      String sha256 = Hashing.through(content, taken, seen.size());
      if (Files.size(spool) != seen.size()) {
        throw new IOException("The object store sent less than the object has");
      }
      return new LocalInput(spool, sha256, true);
    } catch (StoreException e) {
      throw e.status() == 404
          ? new InputGoneException("The object is not there any more")
          : e.status() == 412
              ? new InputGoneException("The object was changed since it was discovered")
              : e;
    }
  }

  /** The bytes are a copy of one version: what becomes of the object meanwhile does not matter. */
  @Override
  public void requireSame(Sighting seen) throws IOException {
    Address at = Address.of(seen.location());
    Optional<ObjectStore.Found> now = store.look(at.bucket(), at.key());
    if (now.isEmpty()) {
      throw new InputGoneException("The object is not there any more");
    }
    if (!now.get().etag().equals(seen.version())) {
      throw new InputGoneException("The object was changed since it was discovered");
    }
  }

  @Override
  public void remove(Sighting seen) throws IOException {
    if (isThere(seen)) {
      Address at = Address.of(seen.location());
      store.remove(at.bucket(), at.key(), seen.version());
    }
  }
}
