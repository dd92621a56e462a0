package io.leat.app.settings;

import io.leat.action.target.Heartbeat.HeartbeatSettings;
import io.leat.app.engine.Durability;
import io.leat.blueprint.BlueprintException;
import io.leat.blueprint.yaml.Environment;
import io.leat.blueprint.yaml.Problems;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Value;
import io.leat.blueprint.yaml.YamlFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code leat.yaml}, or tells everything that is wrong with it at once. */
public final class SettingsLoader {
  private static final Pattern URL = Pattern.compile("https?://[^\\s/@]+(/\\S*)?");

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private final Environment environment;

  /** With the process's environment variables. */
  public SettingsLoader() {
    this(Environment.SYSTEM);
  }

  /**
   * @param environment where {@code ${env:NAME}} finds its value
   */
  public SettingsLoader(Environment environment) {
    this.environment = environment;
  }

  /**
   * What holds without a file: everything embedded, loopback, {@code data} in {@code base}.
   *
   * @param base the folder that relative paths start from
   */
  public Settings defaults(Path base) {
    return read(YamlFile.read("leat.yaml", "{}", environment, new Problems()), base);
  }

  /**
   * Reads a file. Relative paths in it start from its folder.
   *
   * @throws BlueprintException with every problem, if there is any
   */
  public Settings load(Path file) {
    Problems problems = new Problems();
    Section root = YamlFile.read(file, environment, problems);
    Path folder = file.toAbsolutePath().getParent();
    Settings settings = read(root, folder == null ? file.toAbsolutePath() : folder);
    if (!problems.isEmpty()) {
      throw new BlueprintException(problems.sorted());
    }
    return settings;
  }

  /** Reads the structure: exactly what {@code leat.schema.json} describes. */
  static Settings read(Section root, Path base) {
    Path data = root.optional("data").path(base);
    Settings settings =
        new Settings(
            data == null ? base.resolve("data") : data,
            root.optional("durability").oneOf(Durability.class, Durability.DISK),
            HttpServerReader.read(root.optional("http").section(), base),
            EngineReaders.kafka(root.optional("kafka")),
            flink(root.optional("flink").section()),
            EngineReaders.lake(root.optional("lake").section(), base),
            EngineReaders.postgres(root.optional("postgres")),
            query(root.optional("query").section()),
            maintenance(root.optional("maintenance").section()),
            disk(root.optional("disk").section()),
            files(root.optional("files").section()),
            MqttReader.read(root.optional("mqtt"), base),
            heartbeat(root.optional("heartbeat").section()));
    root.refuseUnknown();
    return settings;
  }

  private static Flink flink(Section flink) {
    Value interval = flink.optional("commit-interval");
    Flink settings =
        new Flink(
            flink.optional("parallelism").integer(1, 1, 1_024),
            interval.duration(
                Duration.ofSeconds(5), Duration.ofMillis(250), Duration.ofMinutes(10)),
            flink.optional("restarts").integer(8, 1, 1_000));
    flink.refuseUnknown();
    return settings;
  }

  private static Settings.Query query(Section query) {
    Settings.Query settings =
        new Settings.Query(
            query.optional("workers").integer(1, 1, 64),
            query.optional("memory").size(256 * MIB, 64 * MIB, 1_024 * GIB),
            query
                .optional("timeout")
                .duration(Duration.ofSeconds(60), Duration.ofMillis(100), Duration.ofHours(24)),
            query.optional("max-rows").integer(100_000, 1, 1_000_000_000),
            query.optional("cache").size(2 * GIB, MIB, 1_024 * GIB));
    query.refuseUnknown();
    return settings;
  }

  private static @Nullable HeartbeatSettings heartbeat(Section heartbeat) {
    if (!heartbeat.isPresent()) {
      return null;
    }
    Value url = heartbeat.required("url", "Write where the monitor listens, with https.");
    boolean isInside = heartbeat.optional("allow-private").flag(false);
    String text = url.textLike(URL, "a URL", "Write https://host/path.");
    if (text != null && text.startsWith("http:") && !isInside) {
      url.problem("has no TLS.", "Write https://, or allow-private: true for a monitor inside.");
    }
    Duration interval =
        heartbeat
            .optional("interval")
            .duration(Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofDays(1));
    HeartbeatSettings settings =
        new HeartbeatSettings(
            text == null ? "" : text,
            heartbeat.optional("method").oneOf(Method.class, Method.GET).name(),
            interval,
            heartbeat
                .optional("timeout")
                .duration(Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(1)),
            isInside);
    heartbeat.refuseUnknown();
    return settings;
  }

  /** How a monitor is told. */
  private enum Method {
    GET,
    POST
  }

  private static Settings.FileWork files(Section files) {
    Settings.FileWork settings =
        new Settings.FileWork(
            files.optional("workers").integer(2, 1, 64),
            files.optional("threads").integer(2, 1, 64),
            files.optional("memory").size(128 * MIB, 16 * MIB, 1_024 * GIB),
            EngineReaders.s3(files.optional("s3").section()));
    files.refuseUnknown();
    return settings;
  }

  private static Settings.Disk disk(Section disk) {
    Settings.Disk settings =
        new Settings.Disk(
            disk.optional("reserve").size(0, MIB, 1_024 * 1_024 * GIB),
            disk.optional("log").size(0, MIB, 1_024 * 1_024 * GIB));
    disk.refuseUnknown();
    return settings;
  }

  private static Maintenance maintenance(Section maintenance) {
    Duration day = Duration.ofDays(1);
    Maintenance settings =
        new Maintenance(
            maintenance.optional("enabled").flag(true),
            maintenance
                .optional("interval")
                .duration(Duration.ofSeconds(15), Duration.ofSeconds(1), day),
            maintenance.optional("target-file-size").size(128 * MIB, MIB, GIB),
            maintenance.optional("small-files").integer(8, 8, 10_000),
            maintenance
                .optional("settle")
                .duration(Duration.ofSeconds(5), Duration.ofSeconds(1), day),
            maintenance
                .optional("keep-snapshots")
                .duration(Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofDays(30)),
            maintenance
                .optional("orphans-after")
                .duration(Duration.ofDays(3), day, Duration.ofDays(365)),
            maintenance.optional("core-share").integer(25, 1, 100));
    maintenance.refuseUnknown();
    return settings;
  }
}
