package io.leat.files.arrival;

import java.util.regex.Pattern;

/** Which names belong to a source. */
public final class Names {
  private static final Pattern SLASHES = Pattern.compile("/{2,}");

  private final Pattern whole;
  private final boolean isOfName;

  /**
   * @param glob such as {@code *.parquet}; with a {@code /} it is of the path in the source, else
   *     of the last part
   */
  public Names(String glob) {
    this.whole = Glob.pattern(glob);
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
    String matched =
        isOfName
            ? name.substring(name.lastIndexOf('/') + 1)
            : SLASHES.matcher(name).replaceAll("/");
    return whole.matcher(matched).matches();
  }
}
