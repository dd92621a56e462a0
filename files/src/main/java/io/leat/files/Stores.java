package io.leat.files;

import io.leat.files.arrival.BucketInputs;
import io.leat.files.arrival.Inputs;
import io.leat.files.deadletter.DeadLetterBucket;
import io.leat.files.deadletter.DeadLetterFolder;
import io.leat.files.deadletter.DeadLetterPlaces;
import io.leat.files.deadletter.DeadLetters;
import io.leat.files.place.BucketPlace;
import io.leat.files.place.FolderPlace;
import io.leat.files.place.MessageQueue;
import io.leat.files.place.ObjectStore;
import io.leat.files.place.OutputPlace;
import io.leat.files.place.OutputPlaces;
import io.leat.files.place.S3Settings;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens places; all buckets share a client, which is made when the first is opened. */
final class Stores implements AutoCloseable {
  /** Nothing new goes there: what is there says where it is. */
  private static final Path ANY_FOLDER = Path.of("/");

  private static final Place.Bucket ANY_BUCKET = new Place.Bucket("", "");

  private final S3Settings s3;
  private final long reserve;
  private @Nullable ObjectStore store;

  /**
   * @param reserve bytes that have to stay free of a file system; 0: as its size suggests
   */
  Stores(S3Settings s3, long reserve) {
    this.s3 = s3;
    this.reserve = reserve;
  }

  synchronized ObjectStore objects() {
    ObjectStore opened = store == null ? new ObjectStore(s3) : store;
    store = opened;
    return opened;
  }

  /** For what went into a bucket when the blueprint named one. */
  private synchronized ObjectStore found() throws IOException {
    ObjectStore opened = store == null ? ObjectStore.open(s3) : store;
    store = opened;
    return opened;
  }

  /** A queue, with a client of its own, which is closed with it. */
  MessageQueue queue(URI address) throws IOException {
    return new MessageQueue(address, s3);
  }

  Inputs objectInputs() {
    return new BucketInputs(objects(), reserve);
  }

  OutputPlace output(Place place) {
    return new OutputPlaces(
        place instanceof Place.Bucket bucket
            ? new BucketPlace(objects(), bucket)
            : new FolderPlace(((Place.Folder) place).path(), reserve),
        () -> new FolderPlace(ANY_FOLDER, reserve),
        () -> new BucketPlace(found(), ANY_BUCKET));
  }

  DeadLetters deadLetters(Place place) {
    return new DeadLetterPlaces(
        place instanceof Place.Bucket bucket
            ? new DeadLetterBucket(objects(), bucket, reserve)
            : new DeadLetterFolder(((Place.Folder) place).path(), reserve),
        () -> new DeadLetterFolder(ANY_FOLDER, reserve),
        () -> new DeadLetterBucket(found(), ANY_BUCKET, reserve));
  }

  @Override
  public synchronized void close() {
    if (store != null) {
      store.close();
    }
  }
}
