package io.leat.app.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives each input the place of its output. */
final class Destinations {
  private Destinations() {}

  /**
   * What is to be done.
   *
   * @param outputs of each input, in order
   * @param format of all outputs
   */
  record Assigned(Map<Input, Destination> outputs, Format format) {}

  /** What says which extension and format the outputs have. */
  interface Kind {
    /**
     * Of the output that was named.
     *
     * @throws ConvertFailure when the name says nothing, and nothing else does
     */
    Format format(String name) throws ConvertFailure;

    /** Of an output in a folder, or nameless. */
    Format format();

    /** Of an output in a folder. */
    String extension(Format format);

    /** The name taken apart. */
    Format.Named named(String name);
  }

  static Assigned assign(Inputs.Found inputs, String out, Kind kind) throws ConvertFailure {
    if (out.equals(Input.STANDARD)) {
      return all(inputs, new Destination.Standard(), kind.format());
    }
    Path path = Path.of(out);
    if (Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path)) {
      return all(inputs, new Destination.Device(path), kind.format());
    }
    boolean isFolder = Files.isDirectory(path) || out.endsWith("/");
    boolean isNamedAsFile = kind.named(String.valueOf(path.getFileName())).layout() != null;
    if (!isFolder && inputs.many() && (inputs.files().size() > 1 || !isNamedAsFile)) {
      if (Files.exists(path) || isNamedAsFile) {
        throw new ConvertFailure("several files go into a folder, and " + out + " is a file");
      }
      isFolder = true;
    }
    return isFolder ? inFolder(inputs, path, kind) : single(inputs.files().get(0), path, kind);
  }

  private static Assigned all(Inputs.Found inputs, Destination destination, Format format) {
    Map<Input, Destination> outputs = new LinkedHashMap<>();
    inputs.files().forEach(input -> outputs.put(input, destination));
    return new Assigned(outputs, format);
  }

  private static Assigned single(Input input, Path out, Kind kind) throws ConvertFailure {
    Path path = resolved(out);
    Path folder = path.toAbsolutePath().getParent();
    String name = String.valueOf(path.getFileName());
    Format format = kind.format(name);
    if (folder == null || !Files.isDirectory(folder)) {
      throw new ConvertFailure(out + ": there is no folder " + folder);
    }
    String stem = kind.named(name).stem();
    Path shown = out.getParent() == null ? Path.of("") : out.getParent();
    Path in = path.equals(out) ? shown : folder;
    return new Assigned(
        Map.of(input, new Destination.Regular(in, stem, name.substring(stem.length()))), format);
  }

  /** What a link leads to, which is replaced, not the link. */
  private static Path resolved(Path out) throws ConvertFailure {
    try {
      return Files.isSymbolicLink(out) && Files.exists(out) ? out.toRealPath() : out;
    } catch (IOException e) {
      throw new ConvertFailure(Sentences.of(e, out.toString()), e);
    }
  }

  private static Assigned inFolder(Inputs.Found inputs, Path folder, Kind kind)
      throws ConvertFailure {
    Format format = kind.format();
    Map<Input, Destination> outputs = new LinkedHashMap<>();
    Map<Path, Input> taken = new LinkedHashMap<>();
    for (Input input : inputs.files()) {
      Path stem = folder.resolve(input.stem()).normalize();
      Input other = taken.putIfAbsent(stem, input);
      if (other != null) {
        throw new ConvertFailure(same(other, input));
      }
      Path parent = parent(stem);
      outputs.put(
          input,
          new Destination.Regular(
              parent, String.valueOf(stem.getFileName()), kind.extension(format)));
    }
    return new Assigned(outputs, format);
  }

  private static Path parent(Path path) {
    @Nullable Path parent = path.getParent();
    return parent == null ? Path.of("") : parent;
  }

  private static String same(Input one, Input other) {
    return one.path().equals(other.path())
        ? one.name() + " is named twice"
        : one.name()
            + " and "
            + other.name()
            + " would have the same output; name their common folder, or a pattern in quotes, so"
            + " that their folders are kept";
  }
}
