package io.leat.app.cli;

import io.leat.app.client.LeatClient;
import io.leat.app.client.RunFile;
import io.leat.app.client.Trust;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command finds the running Leat, and as whom it speaks. */
final class ConnectionOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where Leat listens (default: LEAT_URL, or what runs on the data directory).")
  @Nullable URI url;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "The API key or JWT (default: LEAT_KEY, or the data directory's admin key).")
  @Nullable String key;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory of the running Leat (default: LEAT_DATA, or ./data).")
  @Nullable Path data;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM certificates to trust over HTTPS (default: LEAT_CA, or the JDK's).")
  @Nullable Path ca;

  LeatClient connect(Map<String, String> environment) {
    URI target = url;
    if (target == null && !environment.getOrDefault("LEAT_URL", "").isBlank()) {
      target = parse(environment.get("LEAT_URL"));
    }
    String credential = key != null ? key : environment.getOrDefault("LEAT_KEY", "");
    if (target != null && !credential.isBlank()) {
      return client(target, credential, environment, null);
    }
    Path directory = dataDirectory(data, environment);
    RunFile run = runFile(directory, target != null);
    String admin = credential.isBlank() ? adminKey(run) : credential;
    return target != null
        ? client(target, admin, environment, null)
        : client(run.baseUri(), admin, environment, run.certificate());
  }

  private static String adminKey(RunFile run) {
    try {
      return Files.readString(run.adminKeyFile()).strip();
    } catch (IOException e) {
      throw new CommandFailure(
          "the admin key cannot be read from " + run.adminKeyFile() + "; pass one with --key", e);
    }
  }

  /**
   * @param local the certificate that the server on this machine announced
   */
  private LeatClient client(
      URI target, String credential, Map<String, String> environment, @Nullable Path local) {
    if (!"https".equals(target.getScheme())) {
      return new LeatClient(target, credential);
    }
    String set = environment.getOrDefault("LEAT_CA", "");
    Path authorities = ca != null ? ca : set.isBlank() ? null : Path.of(set);
    try {
      if (authorities != null) {
        return new LeatClient(target, credential, Trust.inAuthorities(authorities));
      }
      return local != null
          ? new LeatClient(target, credential, Trust.inCertificate(local))
          : new LeatClient(target, credential);
    } catch (IOException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** The data directory that was asked for, or the default. */
  static Path dataDirectory(@Nullable Path asked, Map<String, String> environment) {
    if (asked != null) {
      return asked;
    }
    String set = environment.getOrDefault("LEAT_DATA", "");
    return Path.of(set.isBlank() ? "data" : set);
  }

  private static RunFile runFile(Path directory, boolean urlGiven) {
    if (!Files.isRegularFile(RunFile.in(directory))) {
      throw new CommandFailure(
          urlGiven
              ? "no API key; pass one with --key or LEAT_KEY"
              : "no Leat runs on "
                  + directory.toAbsolutePath().normalize()
                  + "; start one with 'leat up', or name another with --data or --url");
    }
    try {
      RunFile run = RunFile.read(directory);
      if (!run.isAlive()) {
        throw new CommandFailure(
            "the Leat on "
                + directory.toAbsolutePath().normalize()
                + " (process "
                + run.pid()
                + ") no longer runs; start it again with 'leat up'");
      }
      return run;
    } catch (IOException e) {
      throw new CommandFailure(RunFile.in(directory) + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static URI parse(@Nullable String text) {
    try {
      return URI.create(String.valueOf(text));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("LEAT_URL is '" + text + "', which is not a URL", e);
    }
  }
}
