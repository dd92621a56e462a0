package io.leat.files.deadletter;

import io.leat.files.place.ObjectAddress;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The place of dead letters that a blueprint declares, and those that it declared before: a letter
 * is looked for where it was put, in a folder or in a bucket.
 */
public final class DeadLetterPlaces implements DeadLetters {
  private final DeadLetters declared;
  private final Kind folders;
  private final Kind buckets;

  /** All folders, or all buckets. */
  @FunctionalInterface
  public interface Kind {
    /** Opens them; nothing new is put there. */
    DeadLetters open() throws IOException;
  }

  public DeadLetterPlaces(DeadLetters declared, Kind folders, Kind buckets) {
    this.declared = declared;
    this.folders = folders;
    this.buckets = buckets;
  }

  private DeadLetters of(String place) throws IOException {
    return (ObjectAddress.isOne(place) ? buckets : folders).open();
  }

  @Override
  public String put(Letter letter) throws IOException {
    return declared.put(letter);
  }

  @Override
  public @Nullable Path fetch(String place, Path spool) throws IOException {
    return of(place).fetch(place, spool);
  }

  @Override
  public boolean holds(String place) throws IOException {
    return of(place).holds(place);
  }

  @Override
  public void remove(String place) throws IOException {
    of(place).remove(place);
  }
}
