package io.leat.files.arrival;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;

/** Which names belong to a source. */
public final class Names {
  private final PathMatcher whole;
  private final boolean isOfName;

  /**
   * @param glob such as {@code *.parquet}; with a {@code /} it is of the path in the source, else
   *     of the last part
   */
  public Names(String glob) {
    this.whole = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    this.isOfName = glob.indexOf('/') < 0;
  }

  /**
   * Whether a file is of the source. What is hidden, or on its way by the conventions of many
   * writers, is not.
   *
   * @param name in the source, divided by {@code /}
   */
  public boolean matches(String name) {
    if (name.isEmpty() || name.endsWith("/")) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.startsWith(".") || part.startsWith("_")) {
        return false;
      }
    }
    Path path = Path.of(name);
    Path last = path.getFileName();
    return whole.matches(isOfName && last != null ? last : path);
  }
}
