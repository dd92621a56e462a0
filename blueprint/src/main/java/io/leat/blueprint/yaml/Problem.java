package io.leat.blueprint.yaml;

/**
 * One mistake in a configuration file, with the place and the way out.
 *
 * @param file the file as the user named its folder, such as {@code
 *     blueprints/devices/blueprint.yaml}
 * @param line from 1; 0 when the file as a whole is meant
 * @param path the place in the document, such as {@code streams.telemetry.partitions}
 * @param message what is wrong, with the value
 * @param remedy what to do, a sentence
 */
public record Problem(String file, int line, String path, String message, String remedy) {

  /** {@code file:line path: message. Remedy}. */
  @Override
  public String toString() {
    String place = line > 0 ? file + ":" + line : file;
    String where = path.isEmpty() ? place : place + " " + path;
    return where + ": " + message + (remedy.isEmpty() ? "" : " " + remedy);
  }
}
