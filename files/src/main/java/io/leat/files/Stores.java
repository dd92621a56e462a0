package io.leat.files;

import io.leat.files.deadletter.DeadLetterBucket;
import io.leat.files.deadletter.DeadLetterFolder;
import io.leat.files.deadletter.DeadLetters;
import io.leat.files.place.BucketPlace;
import io.leat.files.place.FolderPlace;
import io.leat.files.place.ObjectStore;
import io.leat.files.place.OutputPlace;
import io.leat.files.place.S3Settings;
import io.leat.rules.file.Place;
import org.jspecify.annotations.Nullable;

/** Opens places; all buckets share a client, which is made when the first is opened. */
final class Stores implements AutoCloseable {
  private final S3Settings s3;
  private @Nullable ObjectStore store;

  Stores(S3Settings s3) {
    this.s3 = s3;
  }

  synchronized ObjectStore objects() {
    ObjectStore opened = store == null ? new ObjectStore(s3) : store;
    store = opened;
    return opened;
  }

  OutputPlace output(Place place) {
    if (place instanceof Place.Bucket bucket) {
      return new BucketPlace(objects(), bucket);
    }
    return new FolderPlace(((Place.Folder) place).path());
  }

  DeadLetters deadLetters(Place place) {
    if (place instanceof Place.Bucket bucket) {
      return new DeadLetterBucket(objects(), bucket);
    }
    return new DeadLetterFolder(((Place.Folder) place).path());
  }

  @Override
  public synchronized void close() {
    if (store != null) {
      store.close();
    }
  }
}
