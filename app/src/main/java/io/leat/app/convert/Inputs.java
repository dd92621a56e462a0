package io.leat.app.convert;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/** Finds the files that arguments mean: names, folders, patterns that the shell did not expand. */
final class Inputs {
  /** Of Parquet files. */
  static final List<String> EXTENSIONS = List.of(".parquet", ".parq", ".pq");

  /** Of files that are read in a folder. */
  private final Set<String> extensions;

  private final List<Input> found = new ArrayList<>();
  private boolean isMany;

  private Inputs(Set<String> extensions) {
    this.extensions = extensions;
  }

  /**
   * What was found.
   *
   * @param many whether more than one was meant, though maybe only one is there
   */
  record Found(List<Input> files, boolean many) {}

  static Found find(List<String> arguments, Set<String> extensions) throws ConvertFailure {
    Inputs inputs = new Inputs(extensions);
    for (String argument : arguments) {
      inputs.add(argument);
    }
    return new Found(List.copyOf(inputs.found), inputs.isMany || inputs.found.size() > 1);
  }

  private void add(String argument) throws ConvertFailure {
    if (argument.equals(Input.STANDARD)) {
      found.add(Input.standard());
      return;
    }
    Path path;
    try {
      path = Path.of(argument);
    } catch (InvalidPathException e) {
      throw new ConvertFailure("'" + argument + "' is no name of a file", e);
    }
    if (Files.isDirectory(path)) {
      isMany = true;
      String either = String.join(",", extensions);
      int before = found.size();
      search(path, "**{" + either + "}", argument);
      if (found.size() == before) {
        throw new ConvertFailure(
            "there is no file with " + String.join(", ", extensions) + " in " + argument);
      }
    } else if (!Files.exists(path) && isPattern(argument)) {
      isMany = true;
      expand(argument);
    } else {
      found.add(new Input(path, argument, Path.of(String.valueOf(path.getFileName()))));
    }
  }

  private static boolean isPattern(String text) {
    return text.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
  }

  private void expand(String argument) throws ConvertFailure {
    int special = 0;
    while ("*?[{\\".indexOf(argument.charAt(special)) < 0) {
      special++;
    }
    int cut = argument.lastIndexOf('/', special) + 1;
    Path base = Path.of(argument.substring(0, cut));
    int before = found.size();
    if (Files.isDirectory(cut == 0 ? Path.of(".") : base)) {
      search(base, argument.substring(cut), argument);
    }
    if (found.size() == before) {
      throw new ConvertFailure("nothing matches '" + argument + "'");
    }
  }

  private void search(Path base, String pattern, String argument) throws ConvertFailure {
    PathMatcher matcher;
    try {
      matcher = matcher(pattern);
    } catch (PatternSyntaxException e) {
      throw new ConvertFailure("'" + argument + "' is no pattern: " + e.getDescription(), e);
    }
    int depth = pattern.contains("**") ? Integer.MAX_VALUE : pattern.split("/", -1).length;
    Path from = base.toString().isEmpty() ? Path.of(".") : base;
    boolean isHiddenMeant = pattern.startsWith(".") || pattern.contains("/.");
    List<Path> matching = new ArrayList<>();
    try {
      Files.walkFileTree(
          from,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          depth,
          new Walk(from, matcher, isHiddenMeant, matching));
    } catch (IOException e) {
      throw new ConvertFailure(Sentences.of(e, from.toString()), e);
    }
    matching.sort(null);
    for (Path relative : matching) {
      Path path = base.resolve(relative);
      found.add(new Input(path, path.toString(), relative));
    }
  }

  /** As in a shell, two stars also stand for no folder at all. */
  private static PathMatcher matcher(String pattern) {
    PathMatcher whole = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    if (!pattern.contains("**/")) {
      return whole;
    }
    PathMatcher flat =
        FileSystems.getDefault().getPathMatcher("glob:" + pattern.replace("**/", ""));
    return path -> whole.matches(path) || flat.matches(path);
  }

  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Path from;
    private final PathMatcher matcher;
    private final boolean isHiddenMeant;
    private final List<Path> matching;

    Walk(Path from, PathMatcher matcher, boolean isHiddenMeant, List<Path> matching) {
      this.from = from;
      this.matcher = matcher;
      this.isHiddenMeant = isHiddenMeant;
      this.matching = matching;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return !folder.equals(from) && isHidden(folder)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      Path relative = from.relativize(file);
      if (!attributes.isDirectory() && !isHidden(file) && matcher.matches(relative)) {
        matching.add(relative);
      }
      return FileVisitResult.CONTINUE;
    }

    /** Dots hide files from people, underscores from programs that write tables. */
    private boolean isHidden(Path path) {
      String name = String.valueOf(path.getFileName());
      return !isHiddenMeant && (name.startsWith(".") || name.startsWith("_"));
    }
  }
}
