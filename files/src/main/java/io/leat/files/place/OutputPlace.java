package io.leat.files.place;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where outputs are published. An output is a folder, or the objects below a key, with parts and a
 * manifest; what has no manifest is not there. Thread-safe; blocks.
 */
public interface OutputPlace {
  /** The manifest's name in an output. */
  String MANIFEST = "manifest.json";

  /**
   * Where an output is.
   *
   * @param below its place below this one, divided by {@code /}
   */
  String destination(String below);

  /** The manifest of an output that is published; empty when none is. */
  Optional<byte[]> manifest(String destination) throws IOException;

  /**
   * Begins to write an output, where nobody sees it.
   *
   * @param file the file's id
   * @param fence of the attempt; what attempts with smaller ones left cannot be published any more,
   *     or stays unseen
   * @param from the attempt whose parts this one goes on with, wherever attempts between the two
   *     left them; null when it begins anew
   */
  Staging stage(String destination, String file, long fence, @Nullable Long from)
      throws IOException;

  /**
   * Removes what attempts left behind that were not published.
   *
   * @param manifest the one that is published; null when the file is given up
   */
  void clean(String destination, String file, byte @Nullable [] manifest) throws IOException;

  /** Reads what is in an output that is published. */
  java.io.InputStream read(String destination, String part) throws IOException;
}
