package io.leat.app.convert;

import java.nio.file.Path;

/** Where an output goes. */
sealed interface Destination {
  /** As people are told of it. */
  String name();

  /** Standard output. */
  record Standard() implements Destination {
    @Override
    public String name() {
      return "standard output";
    }
  }

  /** A device or a pipe, which is written to as it is. */
  record Device(Path path) implements Destination {
    @Override
    public String name() {
      return path.toString();
    }
  }

  /**
   * A file that appears when it is complete.
   *
   * @param stem its name before the extension
   * @param extension with the dots
   */
  record Regular(Path folder, String stem, String extension) implements Destination {
    @Override
    public String name() {
      return path().toString();
    }

    Path path() {
      return folder.resolve(stem + extension);
    }

    /**
     * One of the files that it is split into.
     *
     * @param index from 0
     */
    Path part(int index) {
      return folder.resolve("%s-%05d%s".formatted(stem, index + 1, extension));
    }

    /** Whether a file is called as a part is. */
    boolean isPart(Path file) {
      String called = String.valueOf(file.getFileName());
      int digits = called.length() - stem.length() - extension.length() - 1;
      return digits >= 5
          && called.startsWith(stem + "-")
          && called.endsWith(extension)
          && called
              .substring(stem.length() + 1, stem.length() + 1 + digits)
              .chars()
              .allMatch(Character::isDigit);
    }
  }
}
