package io.leat.app.incidents;

import io.leat.action.outbound.Secrets;
import io.leat.action.outbound.UnusableSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Secrets where an operator puts them: {@code ${secret:pager.key}} is the environment variable
 * {@code LEAT_SECRET_PAGER_KEY}, else the file {@code pager.key} in a folder. A file is read each
 * time, so that a changed one takes effect at once.
 */
public final class KeptSecrets implements Secrets {
  private static final String VARIABLE = "LEAT_SECRET_";

  private final Path folder;
  private final Map<String, String> environment;

  /**
   * @param folder a file for each secret; need not be there
   * @param environment variables by name
   */
  public KeptSecrets(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Optional<String> secret(String name) {
    String set = environment.get(variableOf(name));
    if (set != null) {
      return Optional.of(set);
    }
    try {
      return Optional.of(Files.readString(folder.resolve(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UnusableSettingException(
          "the secret '" + name + "' cannot be read: " + e + "; make its file readable text");
    }
  }

  @Override
  public String remedy(String name) {
    return "set " + variableOf(name) + ", or write the file " + folder.resolve(name);
  }

  private static String variableOf(String name) {
    return VARIABLE + name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  @Override
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name));
  }
}
