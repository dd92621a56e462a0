package io.leat.blueprint;

import io.leat.blueprint.yaml.Environment;
import io.leat.blueprint.yaml.Problem;
import io.leat.blueprint.yaml.Problems;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.YamlFile;
import io.leat.event.Names;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.rules.incident.RouteSpec;
import io.leat.rules.incident.TargetSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes a {@link Blueprint} of a folder with a {@code blueprint.yaml}, or tells everything that is
 * wrong with it at once.
 */
public final class BlueprintLoader {
  /** The file that makes a folder a blueprint. */
  public static final String FILE = "blueprint.yaml";

  private final Environment environment;

  /** With the process's environment variables. */
  public BlueprintLoader() {
    this(Environment.SYSTEM);
  }

  /**
   * @param environment where {@code ${env:NAME}} finds its value
   */
  public BlueprintLoader(Environment environment) {
    this.environment = environment;
  }

  /**
   * Loads one blueprint.
   *
   * @param directory the folder
   * @throws BlueprintException with every problem, if there is any
   */
  public Blueprint load(Path directory) {
    return loadAll(List.of(directory)).get(0);
  }

  /**
   * Loads several that are to live together.
   *
   * @param directories the folders
   * @return in the order of {@code directories}
   * @throws BlueprintException with every problem of all of them, if there is any
   */
  public List<Blueprint> loadAll(List<Path> directories) {
    Problems problems = new Problems();
    List<Blueprint> blueprints = new ArrayList<>();
    Map<String, Path> names = new HashMap<>();
    Map<String, String> topics = new HashMap<>();
    List<RawBlueprint> all = new ArrayList<>();
    for (Path directory : directories) {
      Optional<Loaded> loaded = read(directory, problems);
      loaded.ifPresent(
          found -> {
            all.add(found.raw());
            refuseDoubles(found, names);
            refuseCollisions(found, topics);
            found.complete(directory).ifPresent(blueprints::add);
          });
    }
    TargetTopics.check(all);
    if (!problems.isEmpty()) {
      throw new BlueprintException(problems.sorted());
    }
    return List.copyOf(blueprints);
  }

  private Optional<Loaded> read(Path directory, Problems problems) {
    Path file = directory.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      problems.add(
          new Problem(
              YamlFile.name(directory),
              0,
              "",
              "is not a blueprint: it has no " + FILE + ".",
              "Name a folder that has one."));
      return Optional.empty();
    }
    Section root = YamlFile.read(file, environment, problems);
    if (!root.isPresent()) {
      return Optional.empty();
    }
    RawBlueprint raw = BlueprintReader.read(root);
    SchemaFiles files = new SchemaFiles(directory, problems);
    Map<String, StreamSpec> streams = new LinkedHashMap<>();
    for (RawBlueprint.Stream stream : raw.streams()) {
      StreamCheck.check(stream, files).ifPresent(spec -> streams.put(spec.name(), spec));
    }
    KnownStreams known =
        new KnownStreams(raw.streams().stream().map(RawBlueprint.Stream::name).toList(), streams);
    Map<String, DetectorSpec> detectors = new LinkedHashMap<>();
    for (RawDetector detector : raw.detectors()) {
      DetectorCheck.check(detector, known).ifPresent(spec -> detectors.put(spec.name(), spec));
    }
    List<String> names = raw.detectors().stream().map(RawDetector::name).toList();
    Map<String, HotTableSpec> tables = new LinkedHashMap<>();
    for (RawRouting.Table table : raw.routing().tables()) {
      TableCheck.check(table, known, detectors, names)
          .ifPresent(spec -> tables.put(spec.name(), spec));
    }
    Map<String, FileSourceSpec> sources = new FileCheck(directory, files, known).check(raw.files());
    files.refuseUnused();
    RoutingCheck routing = new RoutingCheck(raw, detectors);
    return Optional.of(
        new Loaded(
            raw,
            streams,
            detectors,
            tables,
            routing.incidents(),
            routing.routes(),
            routing.targets(),
            sources));
  }

  /** What was read of a folder; it may be incomplete if there are problems. */
  private record Loaded(
      RawBlueprint raw,
      Map<String, StreamSpec> streams,
      Map<String, DetectorSpec> detectors,
      Map<String, HotTableSpec> tables,
      IncidentPolicy incidents,
      Map<String, RouteSpec> routes,
      Map<String, TargetSpec> targets,
      Map<String, FileSourceSpec> files) {
    private boolean isComplete() {
      return streams.size() == raw.streams().size()
          && detectors.size() == raw.detectors().size()
          && tables.size() == raw.routing().tables().size()
          && routes.size() == raw.routing().routes().size()
          && targets.size() == raw.routing().targets().size()
          && files.size() == raw.files().size();
    }

    Optional<Blueprint> complete(Path directory) {
      return !isComplete()
          ? Optional.empty()
          : Optional.of(
              new Blueprint(
                  raw.name(),
                  raw.owner(),
                  raw.description(),
                  raw.tags(),
                  streams,
                  raw.removed().stream()
                      .map(RawBlueprint.Located::text)
                      .filter(Objects::nonNull)
                      .collect(Collectors.toSet()),
                  detectors,
                  tables,
                  incidents,
                  routes,
                  targets,
                  files,
                  directory));
    }
  }

  private static void refuseDoubles(Loaded loaded, Map<String, Path> names) {
    RawBlueprint raw = loaded.raw();
    Path file = Path.of(raw.nameAt().file());
    Path other = raw.name().isEmpty() ? null : names.putIfAbsent(raw.name(), file);
    if (other != null) {
      raw.nameAt()
          .problem(
              "'" + raw.name() + "' is the name of " + YamlFile.name(other) + " too.",
              "Rename one of them.");
    }
  }

  /** Kafka takes '.' and '_' in a topic's name for the same: a.b_c and a_b.c cannot both be. */
  private static void refuseCollisions(Loaded loaded, Map<String, String> topics) {
    String blueprint = loaded.raw().name();
    for (RawBlueprint.Stream stream : loaded.raw().streams()) {
      String topic = Names.topic(blueprint, stream.name());
      String other = topics.putIfAbsent(topic.replace('.', '_'), topic);
      if (other != null && !other.equals(topic)) {
        stream
            .at()
            .problem(
                "the topic '" + topic + "' cannot be told from '" + other + "' in Kafka's metrics.",
                "Rename the stream.");
      }
    }
  }
}
