package io.leat.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlueprintLoaderTest {
  private static final String SCHEMA =
      """
      {"type": "object", "required": ["k"],
       "properties": {"k": {"type": "string"}, "n": {"type": "integer"}}}
      """;

  private final BlueprintLoader loader = new BlueprintLoader(Map.of("PARTITIONS", "8")::get);
  private final Path folder;

  BlueprintLoaderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void whatIsNotSaidHasADefault() throws IOException {
    StreamSpec stream = load("blueprint: a\nowner: b\nstreams: {s: {schema: s.json, key: k}}");

    assertThat(stream.id()).isNull();
    assertThat(stream.time()).isNull();
    assertThat(stream.partitions()).isEqualTo(4);
    assertThat(stream.replication()).isEqualTo(3);
    assertThat(stream.retention()).isEqualTo(Duration.ofDays(7));
    assertThat(stream.dedupe()).isEqualTo(Duration.ofDays(1));
    assertThat(stream.past()).isEqualTo(Duration.ofDays(365));
    assertThat(stream.future()).isEqualTo(Duration.ofMinutes(10));
    assertThat(stream.quality()).isEmpty();
    assertThat(stream.partitionBy()).hasToString("[day(_event_time)]");
  }

  @Test
  void noPartitioningCanBeAskedFor() throws IOException {
    assertThat(
            load("""
                    blueprint: a
                    owner: b
                    streams: {s: {schema: s.json, key: k, lake: {partition-by: []}}}
                    """)
                .partitionBy())
        .isEmpty();
  }

  @Test
  void aValueMayComeFromTheEnvironment() throws IOException {
    StreamSpec stream =
        load(
            """
            blueprint: a
            owner: b
            streams:
              s:
                schema: s.json
                key: k
                partitions: ${env:PARTITIONS}
                retention: ${env:UNSET:-3d}
            """);

    assertThat(stream.partitions()).isEqualTo(8);
    assertThat(stream.retention()).isEqualTo(Duration.ofDays(3));
  }

  @Test
  void everyTransformIsRead() throws IOException {
    assertThat(
            load("""
                    blueprint: a
                    owner: b
                    streams:
                      s:
                        schema: s.json
                        key: k
                        lake: {partition-by: [hour(_received_at), "bucket(16, k)", "truncate( 2,n )", _client]}
                    """)
                .partitionBy())
        .hasToString("[hour(_received_at), bucket(16, k), truncate(2, n), _client]");
  }

  @Test
  void twoBlueprintsOfOneNameAreRefused() throws IOException {
    write("one", "blueprint: a\nowner: b\nstreams: {s: {schema: s.json, key: k}}");
    write("two", "owner: b\nblueprint: a\nstreams: {t: {schema: s.json, key: k}}");

    assertThatThrownBy(() -> loader.loadAll(List.of(folder.resolve("one"), folder.resolve("two"))))
        .hasMessage(
            "%s/two/blueprint.yaml:2 blueprint: 'a' is the name of %s/one/blueprint.yaml too."
                    .formatted(folder, folder)
                + " Rename one of them.");
  }

  @Test
  void topicsThatKafkaCannotTellApartAreRefused() throws IOException {
    write("one", "blueprint: a\nowner: b\nstreams: {b_c: {schema: s.json, key: k}}");
    write("two", "blueprint: a_b\nowner: b\nstreams: {c: {schema: s.json, key: k}}");

    assertThatThrownBy(() -> loader.loadAll(List.of(folder.resolve("one"), folder.resolve("two"))))
        .hasMessage(
            folder
                + "/two/blueprint.yaml:3 streams.c: the topic 'a_b.c' cannot be told from 'a.b_c'"
                + " in Kafka's metrics. Rename the stream.");
  }

  @Test
  void targetsStayOffTheTopicsOfAllBlueprintsAndOfKafka() throws IOException {
    write("one", writingTo("a", "b.s"));
    write("two", writingTo("b", "__consumer_offsets"));
    write("three", writingTo("c", "bulletin"));

    assertThatThrownBy(() -> load("one", "two", "three"))
        .hasMessage(
            "%s/one/blueprint.yaml:9 targets.bus.topic: 'b.s' is a topic of Leat's own."
                    .formatted(folder)
                + " Choose another name.\n"
                + "%s/two/blueprint.yaml:9 targets.bus.topic: '__consumer_offsets' is a topic of"
                    .formatted(folder)
                + " Kafka's own. Choose another name.");
    assertThat(load("one", "three"))
        .extracting(
            blueprint ->
                Objects.requireNonNull(blueprint.targets().get("bus")).options().get("topic"))
        .containsExactly("b.s", "bulletin");
  }

  private List<Blueprint> load(String... folders) {
    return loader.loadAll(Stream.of(folders).map(folder::resolve).toList());
  }

  private static String writingTo(String blueprint, String topic) {
    return """
        blueprint: %s
        owner: b
        streams: {s: {schema: s.json, key: k}}
        detectors:
          hot: {threshold: {stream: s, when: "n > 1"}, severity: major}
        routes:
          default: {to: [bus]}
        targets:
          bus: {kind: kafka, topic: %s}
        """
        .formatted(blueprint, topic);
  }

  @Test
  void problemsOfAllFoldersAreToldTogether() throws IOException {
    write("one", "blueprint: a\nstreams: {s: {schema: s.json, key: k}}");
    write("two", "blueprint: b\nstreams: {s: {schema: s.json, key: k}}");

    assertThatThrownBy(() -> loader.loadAll(List.of(folder.resolve("two"), folder.resolve("one"))))
        .isInstanceOfSatisfying(
            BlueprintException.class,
            e ->
                assertThat(e.problems())
                    .extracting(problem -> folder.relativize(Path.of(problem.file())).toString())
                    .containsExactly("one/blueprint.yaml", "two/blueprint.yaml"));
  }

  @Test
  void aSchemaBehindALinkThatLeadsOutIsRefused() throws IOException {
    Path directory = write("one", "blueprint: a\nowner: b\nstreams: {s: {schema: l.json, key: k}}");
    Path outside = Files.writeString(folder.resolve("outside.json"), SCHEMA);
    Files.createSymbolicLink(directory.resolve("l.json"), outside);

    assertThatThrownBy(() -> loader.load(directory))
        .hasMessageEndingWith(
            "blueprint.yaml:3 streams.s.schema: 'l.json' leads out of the blueprint's folder."
                + " Move the schema into the folder.");
  }

  @Test
  void aRefusalHasTheCodeOfInvalidConfiguration() {
    assertThatThrownBy(() -> loader.load(folder))
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION));
  }

  private StreamSpec load(String yaml) throws IOException {
    return loader.load(write("one", yaml)).streams().values().iterator().next();
  }

  private Path write(String name, String yaml) throws IOException {
    Path directory = Files.createDirectories(folder.resolve(name));
    Files.writeString(directory.resolve("blueprint.yaml"), yaml);
    Files.writeString(directory.resolve("s.json"), SCHEMA);
    return directory;
  }
}
