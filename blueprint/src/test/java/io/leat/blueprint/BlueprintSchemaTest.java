package io.leat.blueprint;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The published schema and the loader accept and refuse the same documents. */
class BlueprintSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RESOURCE = "blueprint.schema.json";

  /** What a JSON Schema cannot say: the bounds of time spans and sizes. */
  private static final Pattern BEYOND =
      Pattern.compile("[0-9]+(ms|s|m|h|d|B|[KMGT]iB) is out of range\\.");

  private static final String POOL =
      """
      [null, true, false, 0, 1, 4, -1, 1000, 1001, 2.5, 4.0, "", " ", "a", "Odd Name", "7d", "24h",
       "7 days", "1.5h", "0s", "flag", "Flag", "quarantine", "devices", "day(ts)", "dya(ts)",
       "bucket(16, device_id)", "bucket(0, x)", "truncate(2,code)", "day(ts", [], {}, ["a"], [1],
       {"a": "b"}, {"a": 1}, {"past": "7d"}, {"partition-by": ["ts"]},
       {"name": "a-rule", "expect": "x > 1", "else": "flag"}, {"schema": "a.json", "key": "b"},
       "critical", "key", "all", "correct", "90%", "0%", "100%", "5/s", "0/s", "https://a.example",
       "log", "event", "none", "a@b.example", 10001, [null],
       {"silence": {"stream": "a", "after": "1m"}, "severity": "info"}, {"to": ["log"]},
       {"kind": "log"}, {"pattern": {}, "to": ["a"]}, {"key": "a", "from": {"b": []}}]
      """;

  private final Schema schema =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(published());

  @Test
  void itIsThePublishedOne() throws IOException {
    assertThat(published())
        .isEqualTo(Files.readString(Path.of("../docs/reference/blueprint.schema.json")));
  }

  @Test
  void itAgreesWithTheLoaderOnMutatedBlueprints() throws Exception {
    long seed = Long.getLong("leat.seed", 20_261_121L);
    TestingMutations mutations = new TestingMutations(seed, POOL);
    List<JsonNode> originals =
        List.of(
            json(Files.readString(Path.of("../blueprints/devices/blueprint.yaml"))),
            json(Files.readString(Path.of("src/test/resources/everything/blueprint.yaml"))),
            json("{blueprint: a, owner: b, streams: {c: {schema: s.json, key: k}}}"));
    int accepted = 0;
    for (int round = 0; round < 9_000; round++) {
      JsonNode document = mutations.mutate(originals.get(round % 3));
      boolean valid = schema.validate(document).isEmpty();
      List<Problem> problems = problems(document.toString());
      assertThat(problems.isEmpty())
          .as("seed %d: %s%n%s%n%s", seed, document, problems, schema.validate(document))
          .isEqualTo(valid);
      accepted += valid ? 1 : 0;
    }
    assertThat(accepted).isBetween(450, 8_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "partitions: 0",
        "partitions: 1001",
        "partitions: 1e1",
        "partitions: '4'",
        "partitions: 0x10",
        "partitions: ${env:FOUR}",
        "partitions: ${env:UNSET:-4}",
        "retention: ${env:DAYS}",
        "retention: 7",
        "retention: 0d",
        "retention: 999999999999d",
        "description: ''",
        "description: ~",
        "description: 5",
        "description: true",
        "time-range: {past: 7d, futur: 1d}",
        "time-range: 7d",
        "quality: [{name: Bad, expect: a, else: flag}]",
        "quality: [{name: good, expect: a}]",
        "quality: {}",
        "quality: []",
        "lake: {partition-by: day(ts)}",
        "lake: {keep-for: 400d}",
        "lake: {keep-for: 400}",
        "lake: {keep-for: ~}",
        "lake: {keep-for: 1s}",
        "lake: {keep-four: 400d}",
        "lake: {partition-by: ['day( ts )', 'bucket( 3 , x )']}",
        "lake: {partition-by: ['day(a b)']}",
        "lake: {partition-by: [a, b, c, d, e]}",
        "tables: {}"
      })
  void itAgreesWithTheLoaderOn(String line) throws Exception {
    String yaml =
        "{blueprint: a, owner: b, streams: {c: {schema: s.json, key: k}}}"
            .replace("key: k", "key: k, " + line.replaceAll("\\$\\{[^}]*}", "'$0'"));

    assertThat(problems(yaml).isEmpty()).isEqualTo(schema.validate(json(yaml)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "detectors: {}",
        "detectors: {a: {severity: info}}",
        "detectors: {a: {silence: ~, severity: info}}",
        "detectors: {A: {silence: {stream: c, after: 1m}, severity: info}}",
        "detectors: {a: {silence: {stream: c, streams: [c], after: 1m}, severity: info}}",
        "detectors: {a: {silence: {streams: [], after: 1m}, severity: info}}",
        "detectors: {a: {silence: {stream: c, after: 1m}, severity: info, group-by: []}}",
        "detectors: {a: {silence: {stream: c, after: 1m}, severity: info, runbook: wiki}}",
        "detectors: {a: {rate: {stream: c, within: 1m}, severity: info}}",
        "detectors: {a: {rate: {stream: c, within: 1m, more-than: 0}, severity: info}}",
        "detectors: {a: {rate: {stream: c, within: 1m, less-than: 0}, severity: info}}",
        "detectors: {a: {change: {stream: c, of: k, from: 1, to: true}, severity: info}}",
        "detectors: {a: {change: {stream: c, of: k, to: [b]}, severity: info}}",
        "detectors: {a: {sequence: {stream: c, first: b, within: 1m}, severity: info}}",
        "detectors: {a: {anomaly: {stream: c, of: k, sensitivity: 1.5}, severity: info}}",
        "detectors: {a: {missing-data: {stream: c, every: 1m, over: 1h, at-least: 100%}, severity: info}}",
        "detectors: {a: {missing-data: {stream: c, every: 1m, over: 1h, at-least: 90}, severity: info}}",
        "incidents: {flap: {changes: 2}, escalate: []}",
        "incidents: {escalate: [{after: 1m, to: []}]}",
        "tables: {a: {key: k, from: {}}}",
        "tables: {a: {key: k, from: {c: [~]}}}",
        "routes: {default: {to: [a]}}",
        "routes: {default: {pattern: {}, to: [a]}}",
        "routes: {a: {pattern: {b: [~, 1.5, true]}, to: [a]}}",
        "routes: {a: {pattern: [], to: [a]}}",
        "targets: {a: {kind: log, rate: 100/m}}",
        "targets: {a: {kind: log, rate: 5/d}}",
        "targets: {a: {kind: log}}",
        "targets: {a: {kind: slack, url: '$${secret:a}'}}",
        "targets: {a: {kind: slack, url: ftp://a}}",
        "targets: {a: {kind: webhook, secret: abc}}",
        "targets: {a: {kind: email, to: [a@b, c]}}",
        "targets: {a: {kind: email, port: 65536}}",
        "files: {}",
        "files: {a: {from: {folder: b}, to: {folder: c}}}",
        "files: {A: {from: {folder: b}, to: {folder: c}}}",
        "files: {a: {to: {folder: c}}}",
        "files: {a: {from: {s3: {bucket: B}}, to: {folder: c}}}",
        "files: {a: {from: {s3: {prefix: b}}, to: {folder: c}}}",
        "files: {a: {from: {upload: 1}, to: {folder: c}}}",
        "files: {a: {from: {}, to: {folder: c}, limits: {bytes: 5}}}",
        "files: {a: {from: {}, to: {folder: c}, limits: {rows: 0}}}",
        "files: {a: {from: {}, to: {folder: c}, limits: {output: 5}}}",
        "files: {a: {from: {}, to: {folder: c}, contract: {columns: {a: text}}}}",
        "files: {a: {from: {}, to: {folder: c}, convert: {split: {rows: 0}}}}",
        "files: {a: {from: {}, to: {folder: c}, convert: {non-finite: ~}}}",
        "files: {a: {from: {}, to: {folder: c}, convert: {columns: [~]}}}",
        "files: ~"
      })
  void itAgreesWithTheLoaderOnTheTopLevel(String line) throws Exception {
    String yaml =
        "{blueprint: a, owner: b, streams: {c: {schema: s.json, key: k}}, "
            + line.replace("$$", "$")
            + "}";

    assertThat(problems(yaml).isEmpty()).isEqualTo(schema.validate(json(yaml)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ledger", "Telemetry", "a-b", "1a", "a1_b"})
  void itAgreesWithTheLoaderOnTheStreamName(String name) throws Exception {
    String yaml = "{blueprint: a, owner: b, streams: {" + name + ": {schema: s.json, key: k}}}";

    assertThat(problems(yaml).isEmpty()).isEqualTo(schema.validate(json(yaml)).isEmpty());
  }

  private static List<Problem> problems(String yaml) {
    Problems problems = new Problems();
    BlueprintReader.read(
        YamlFile.read("blueprint.yaml", yaml, BlueprintSchemaTest::variable, problems));
    return problems.sorted().stream()
        .filter(problem -> !BEYOND.matcher(problem.message()).matches())
        .toList();
  }

  private static @Nullable String variable(String name) {
    return switch (name) {
      case "FOUR" -> "4";
      case "DAYS" -> "3d";
      case "SNOW" -> "https://a.example";
      default -> null;
    };
  }

  /** By another reader than ours. */
  private static JsonNode json(String yaml) {
    Load load = new Load(LoadSettings.builder().setSchema(new CoreSchema()).build());
    return JSON.valueToTree(load.loadFromString(yaml));
  }

  private static String published() {
    try (InputStream in = BlueprintLoader.class.getResourceAsStream(RESOURCE)) {
      return new String(
          Objects.requireNonNull(in, RESOURCE).readAllBytes(),
          java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
