package io.leat.files.place;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The place that a blueprint declares, and those that it declared before: an output is where its
 * first attempt wanted it, in a folder or in a bucket, whatever is declared since.
 */
public final class OutputPlaces implements OutputPlace {
  private final OutputPlace declared;
  private final Kind folders;
  private final Kind buckets;

  /** All folders, or all buckets. */
  @FunctionalInterface
  public interface Kind {
    /** Opens them; nothing new is begun there. */
    OutputPlace open() throws IOException;
  }

  public OutputPlaces(OutputPlace declared, Kind folders, Kind buckets) {
    this.declared = declared;
    this.folders = folders;
    this.buckets = buckets;
  }

  private OutputPlace of(String destination) throws IOException {
    return (ObjectAddress.isOne(destination) ? buckets : folders).open();
  }

  @Override
  public String destination(String below) {
    return declared.destination(below);
  }

  @Override
  public Optional<byte[]> manifest(String destination) throws IOException {
    return of(destination).manifest(destination);
  }

  @Override
  public Staging stage(String destination, String file, long fence, @Nullable Long from)
      throws IOException {
    return of(destination).stage(destination, file, fence, from);
  }

  @Override
  public void clean(String destination, String file, byte @Nullable [] manifest)
      throws IOException {
    of(destination).clean(destination, file, manifest);
  }

  @Override
  public InputStream read(String destination, String part) throws IOException {
    return of(destination).read(destination, part);
  }
}
