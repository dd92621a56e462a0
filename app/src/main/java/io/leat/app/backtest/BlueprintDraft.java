package io.leat.app.backtest;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintException;
import io.leat.blueprint.BlueprintLoader;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads a blueprint that somebody sends to have it tried. */
public final class BlueprintDraft {
  /** Of one draft. */
  static final int MOST_FILES = 500;

  /**
   * Stands for every environment variable: what this process knows is nobody's business, and
   * nothing is sent to a draft's targets.
   */
  private static final String VARIABLE = "https://variable.invalid";

  private BlueprintDraft() {}

  /**
   * Checks and loads it.
   *
   * @param files texts by their paths in the blueprint's folder
   * @param folder an empty one to put them into
   * @throws LeatException INVALID_CONFIGURATION with all problems; BAD_REQUEST when a path leads
   *     out of the folder
   */
  public static Blueprint load(Map<String, String> files, Path folder) throws IOException {
    if (files.size() > MOST_FILES) {
      throw bad("A draft has at most " + MOST_FILES + " files: leave out what no stream names");
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      String name = file.getKey();
      if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,8}")) {
        throw bad("'" + name + "' is not the path of a file in a blueprint's folder");
      }
      Path to = folder.resolve(name);
      try {
        Files.createDirectories(to.getParent());
        Files.writeString(to, file.getValue());
      } catch (FileSystemException e) {
        throw bad("'" + name + "' cannot be a file beside the others: " + e.getReason());
      }
    }
    try {
      return new BlueprintLoader(name -> VARIABLE).load(folder);
    } catch (BlueprintException e) {
      String message = String.valueOf(e.getMessage());
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          message.replace(folder.toString().replace('\\', '/') + "/", ""),
          e);
    }
  }

  private static LeatException bad(String what) {
    return new LeatException(ErrorCode.BAD_REQUEST, what);
  }
}
