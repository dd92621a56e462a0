package io.leat.files.deadletter;

import io.leat.files.place.ObjectAddress;
import io.leat.files.place.ObjectStore;
import io.leat.files.place.StoreException;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Dead letters in a bucket. */
public final class DeadLetterBucket implements DeadLetters {
  private final ObjectStore store;
  private final Place.Bucket place;

  /**
   * @param place where new ones are put; others are where they were put
   */
  public DeadLetterBucket(ObjectStore store, Place.Bucket place) {
    this.store = store;
    this.place = place;
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
    try (InputStream content = store.read(letter.bucket(), letter.key(), null)) {
      Files.copy(content, spool, StandardCopyOption.REPLACE_EXISTING);
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
