package io.leat.files.work;

import io.leat.files.place.OutputPlace;
import io.leat.files.place.Staging;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A place that fails when a test wants it to. */
final class TestingPlace implements OutputPlace {
  private final OutputPlace place;
  private int parts = Integer.MAX_VALUE;
  private boolean isRefusing;
  private boolean isLosingAnswers;

  TestingPlace(OutputPlace place) {
    this.place = place;
  }

  /** From now on so many parts can be begun. */
  void allowParts(int count) {
    parts = count;
  }

  /** Whether nothing can be published. */
  void refusePublication(boolean refused) {
    isRefusing = refused;
  }

  /** What is published is there, and nobody hears of it. */
  void loseAnswers() {
    isLosingAnswers = true;
  }

  @Override
  public String destination(String below) {
    return place.destination(below);
  }

  @Override
  public Optional<byte[]> manifest(String destination) throws IOException {
    return place.manifest(destination);
  }

  @Override
  public Staging stage(String destination, String file, long fence, @Nullable Long from)
      throws IOException {
    return new Failing(place.stage(destination, file, fence, from));
  }

  @Override
  public void clean(String destination, String file, byte @Nullable [] manifest)
      throws IOException {
    place.clean(destination, file, manifest);
  }

  @Override
  public InputStream read(String destination, String part) throws IOException {
    return place.read(destination, part);
  }

  private final class Failing implements Staging {
    private final Staging staging;

    Failing(Staging staging) {
      this.staging = staging;
    }

    @Override
    public PartFile part(String name) throws IOException {
      if (parts-- <= 0) {
        throw new IOException("no part can be begun");
      }
      return staging.part(name);
    }

    @Override
    public InputStream read(String name) throws IOException {
      return staging.read(name);
    }

    @Override
    public void keepOnly(Collection<String> names) throws IOException {
      staging.keepOnly(names);
    }

    @Override
    public boolean publish(byte[] manifest) throws IOException {
      if (isRefusing) {
        throw new IOException("nothing can be published");
      }
      boolean isPublished = staging.publish(manifest);
      if (isLosingAnswers) {
        throw new IOException("the answer was lost");
      }
      return isPublished;
    }
  }
}
