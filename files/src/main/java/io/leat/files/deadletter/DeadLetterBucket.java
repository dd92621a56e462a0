package io.leat.files.deadletter;

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
    return "s3://" + place.bucket() + "/" + key;
  }

  @Override
  public @Nullable Path fetch(String at, Path spool) throws IOException {
    try (InputStream content = store.read(place.bucket(), key(at), null)) {
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
  public void remove(String at) throws IOException {
    store.remove(place.bucket(), key(at));
    store.remove(place.bucket(), key(at) + Reason.SUFFIX);
  }

  private String key(String at) {
    return at.substring(("s3://" + place.bucket() + "/").length());
  }
}
