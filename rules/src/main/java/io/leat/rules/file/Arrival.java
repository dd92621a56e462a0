package io.leat.rules.file;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the files of a source arrive. */
public sealed interface Arrival {
  /**
   * They appear in a folder.
   *
   * @param place the folder, looked through with all folders below it
   * @param poll how often it is looked through; what the operating system tells comes at once
   */
  record InFolder(Place.Folder place, Duration poll) implements Arrival {}

  /**
   * They appear in a bucket.
   *
   * @param place the bucket and prefix
   * @param poll how often it is listed, whatever messages tell
   * @param queue of SQS, which is told of new objects; null when there is none
   */
  record InBucket(Place.Bucket place, Duration poll, @Nullable URI queue) implements Arrival {}

  /** Somebody sends them to Leat, over HTTP or with the command line. */
  record ByUpload() implements Arrival {}

  /** Where they lie; null when they are sent to Leat. */
  default @Nullable Place where() {
    if (this instanceof InFolder folder) {
      return folder.place();
    }
    return this instanceof InBucket bucket ? bucket.place() : null;
  }
}
