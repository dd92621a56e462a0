package io.leat.files.deadletter;

import io.leat.files.place.ObjectAddress;
import io.leat.files.place.ObjectStore;
import io.leat.files.place.Reserve;
import io.leat.files.place.StoreException;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Dead letters in a bucket. */
public final class DeadLetterBucket implements DeadLetters {
  private final ObjectStore store;
  private final Place.Bucket place;
  private final long reserve;

  /**
   * @param place where new ones are put; others are where they were put
   * @param reserve bytes that have to stay free where one is fetched to; 0: as the size of that
   *     file system suggests
   */
  public DeadLetterBucket(ObjectStore store, Place.Bucket place, long reserve) {
    this.store = store;
    this.place = place;
    this.reserve = reserve;
  }

  @Override
  public String put(Letter letter) throws IOException {
    String key = place.key(Reason.name(letter));
    Path content = letter.content();
    if (content != null) {
      store.write(place.bucket(), key, content);
    }
    byte[] reason = Reason.of(letter);
    store.write(place.bucket(), key + Reason.SUFFIX, reason, reason.length);
    return new ObjectAddress(place.bucket(), key).text();
  }

  @Override
  public @Nullable Path fetch(String at, Path spool) throws IOException {
    ObjectAddress letter = ObjectAddress.of(at);
    try (InputStream content = store.read(letter.bucket(), letter.key(), null);
        OutputStream out = Files.newOutputStream(spool);
        OutputStream taken = new Reserve(spool, reserve).before(out)) {
      content.transferTo(taken);
      return spool;
    } catch (StoreException e) {
      if (e.status() == 404) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public boolean holds(String at) throws IOException {
    ObjectAddress letter = ObjectAddress.of(at);
    return store.look(letter.bucket(), letter.key()).isPresent();
  }

  @Override
  public void remove(String at) throws IOException {
    ObjectAddress letter = ObjectAddress.of(at);
    store.remove(letter.bucket(), letter.key());
    store.remove(letter.bucket(), letter.key() + Reason.SUFFIX);
  }
}
