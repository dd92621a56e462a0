package io.leat.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.leat.blueprint.yaml.Problem;
import io.leat.blueprint.yaml.Problems;
import io.leat.blueprint.yaml.YamlFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The published schema and the loader accept and refuse the same documents. */
class LeatSchemaTest {
  private static final String RESOURCE = "leat.schema.json";

  /** What a JSON Schema cannot say: bounds of time spans and sizes, order, what others have. */
  private static final Pattern BEYOND =
      Pattern.compile(
          "[0-9]+[A-Za-z]+ is out of range\\.|is less than 'body'\\.|is there twice\\.|has no TLS\\."
              + "|is more than the filter's [0-9]+ levels\\.");

  private static final String POOL =
      """
      [null, true, false, 0, 1, 8, -1, 70000, 2.5, 4.0, "", " ", "a", "5s", "10m", "5 MiB", "100MiB",
       "embedded", "Embedded", "disk", "Disk", "localhost", "0.0.0.0", "https://x.example",
       "s3://b/p", "s3a://b", "s3:///p", "gs://b", "jdbc:postgresql://h/d", "h:9092", "RS256", "send", [], {}, ["a"],
       ["RS256"], ["https://x.example"], {"a": "b"}, {"a": 1},
       {"s3.endpoint": "a"}, {"endpoint": "https://x.example"}, {"access-key-id": "a"},
       {"access-key-id": "a", "secret-access-key": "b"}, {"session-token": "a"}, {"embedded": {}},
       {"embedded": {"port": 5}}, {"bootstrap": "h:9092"}, {"url": "jdbc:postgresql://h/d"},
       {"jdbc": {"url": "jdbc:postgresql://h/d"}}, {"rest": {"uri": "https://x.example"}},
       {"certificate": "a", "key": "b"}, {"certificate": "a"}, {"ca": "a"},
       "http://x.example", "get", "post", {"url": "https://x.example"},
       "mqtt://h", "mqtts://h:1", "3.1.1", "a/+/b", "a+/b", "#", "#/a", "$share/g/a", "$share/g", "a.b",
       {"filter": "a", "stream": "b.c"}, {"filter": "a", "stream": "b"},
       {"name": "a", "url": "mqtt://h", "subscriptions": [{"filter": "a", "stream": "b.c"}]},
       {"issuer": "a", "audience": "b", "jwks": "https://x.example"}]
      """;

  private final Schema schema =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(published());

  @Test
  void itIsThePublishedOne() throws IOException {
    assertThat(published())
        .isEqualTo(Files.readString(Path.of("../docs/reference/leat.schema.json")));
  }

  @Test
  void itAgreesWithTheLoaderOnMutatedSettings() throws Exception {
    long seed = Long.getLong("leat.seed", 20_261_121L);
    TestingMutations mutations = new TestingMutations(seed, POOL);
    Path everything = Path.of("src/test/resources/io/leat/app/settings/everything.yaml");
    List<JsonNode> originals =
        List.of(
            json(Files.readString(everything)),
            json(
                "{http: {allow-plaintext: true, host: a}, kafka: embedded, postgres: {embedded:"
                    + " {port: 1}}, lake: {catalog: embedded, warehouse: lake}}"));
    int accepted = 0;
    for (int round = 0; round < 5_000; round++) {
      JsonNode document = mutations.mutate(originals.get(round % 2));
      boolean valid = schema.validate(document).isEmpty();
      List<Problem> problems = problems(document.toString());
      assertThat(problems.isEmpty())
          .as("seed %d: %s%n%s%n%s", seed, document, problems, schema.validate(document))
          .isEqualTo(valid);
      accepted += valid ? 1 : 0;
    }
    assertThat(accepted).isBetween(250, 4_500);
  }

  @Test
  void itsDefaultsAreTheLoaders() throws IOException {
    Path base = Path.of("/base");
    Settings defaults = new SettingsLoader(name -> null).defaults(base);
    List<String> documents = new ArrayList<>();
    for (var part : new ObjectMapper().readTree(published()).path("properties").properties()) {
      for (var key : part.getValue().path("properties").properties()) {
        if (key.getValue().has("default")) {
          documents.add(
              "{%s: {%s: %s}}"
                  .formatted(part.getKey(), key.getKey(), key.getValue().get("default")));
        }
      }
    }

    assertThat(documents)
        .hasSizeGreaterThan(10)
        .allSatisfy(
            document ->
                assertThat(
                        SettingsLoader.read(
                            YamlFile.read("leat.yaml", document, name -> null, new Problems()),
                            base))
                    .isEqualTo(defaults));
  }

  private static List<Problem> problems(String yaml) {
    Problems problems = new Problems();
    SettingsLoader.read(YamlFile.read("leat.yaml", yaml, name -> "x", problems), Path.of("/base"));
    return problems.sorted().stream()
        .filter(problem -> !BEYOND.matcher(problem.message()).matches())
        .toList();
  }

  /** By another reader than ours. */
  private static JsonNode json(String yaml) {
    Load load = new Load(LoadSettings.builder().setSchema(new CoreSchema()).build());
    return new ObjectMapper().valueToTree(load.loadFromString(yaml));
  }

  private static String published() {
    try (InputStream in = SettingsLoader.class.getResourceAsStream(RESOURCE)) {
      return new String(
          Objects.requireNonNull(in, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
