package io.leat.app.convert;

import java.nio.file.Path;

/**
 * A file to read.
 *
 * @param path where it is
 * @param name as people are told of it
 * @param relative from where it was looked for: what its output is named after
 */
record Input(Path path, String name, Path relative) {
  /** How standard input is named on the command line. */
  static final String STANDARD = "-";

  static Input standard() {
    return new Input(Path.of(STANDARD), "standard input", Path.of("stdin"));
  }

  boolean isStandard() {
    return path.toString().equals(STANDARD);
  }

  /** The output's name without extension, in the folder where the outputs go. */
  Path stem() {
    String file = String.valueOf(relative.getFileName());
    for (String extension : Inputs.EXTENSIONS) {
      if (file.length() > extension.length() && file.endsWith(extension)) {
        return relative.resolveSibling(file.substring(0, file.length() - extension.length()));
      }
    }
    Format.Named named = Format.named(file);
    return named.layout() == null ? relative : relative.resolveSibling(named.stem());
  }
}
