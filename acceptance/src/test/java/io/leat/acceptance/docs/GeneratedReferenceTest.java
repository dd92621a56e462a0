package io.leat.acceptance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.acceptance.Launch;
import io.leat.event.ErrorCode;
import io.leat.lake.EventTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/**
 * The parts of the reference between {@code <!-- generated: NAME -->} and {@code <!-- end -->} are
 * what the code says. With {@code -Dleat.docs.write=true} they are written instead of compared.
 */
class GeneratedReferenceTest {
  private static final boolean WRITE = Boolean.getBoolean("leat.docs.write");
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern GUARDED =
      Pattern.compile(
          "router\\s*\\.(get|head|post|put|patch|delete)\\(\"([^\"]+)\"\\)\\s*\\.handler\\(guard\\.requires\\(Role\\.([A-Z]+)\\)");
  private static final String ROW_END = " |\n";

  @Test
  void theErrorsAreTheCatalogue() throws IOException {
    StringBuilder table =
        new StringBuilder("| code | status | who acts | meaning |\n|---|---|---|---|\n");
    for (ErrorCode code : ErrorCode.values()) {
      table
          .append("| `")
          .append(code.code())
          .append("` | ")
          .append(code.httpStatus())
          .append(" | ")
          .append(code.owner().name().toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(code.title())
          .append(ROW_END);
    }

    compare("docs/reference/errors.md", "errors", table.toString());
  }

  @Test
  void theTablesAreThoseThatAreMade() throws IOException {
    compare("docs/reference/tables.md", "raw", columns(EventTables.raw()));
    compare("docs/reference/tables.md", "processed", columns(EventTables.processed(List.of())));
    compare("docs/reference/tables.md", "quarantine", columns(EventTables.quarantine()));
    compare("docs/reference/tables.md", "rejected", columns(EventTables.rejected()));
    compare("docs/reference/tables.md", "ledger", columns(EventTables.ledger()));
  }

  @Test
  void theRoutesAreThoseOfTheOpenApiDocuments() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    try (Stream<Path> files = Files.walk(SourceTree.root())) {
      for (Path file : files.filter(GeneratedReferenceTest::isOpenApi).toList()) {
        JSON.readTree(file.toFile())
            .path("paths")
            .properties()
            .forEach(
                path -> path.getValue().properties().forEach(o -> route(path.getKey(), o, rows)));
      }
    }

    compare(
        "docs/reference/http.md",
        "routes",
        "| route | role | what it does |\n|---|---|---|\n" + String.join("", rows.values()));
  }

  @Test
  void theBlueprintsKeysAreThoseOfItsSchema() throws IOException {
    compare("docs/reference/blueprint.md", "keys", keys("docs/reference/blueprint.schema.json"));
  }

  @Test
  void theSettingsKeysAreThoseOfTheirSchema() throws IOException {
    compare("docs/reference/leat-yaml.md", "keys", keys("docs/reference/leat.schema.json"));
  }

  @Test
  void theCommandsAreThoseOfTheCommandLine() throws Exception {
    String top = help();
    StringBuilder text = new StringBuilder("```text\n").append(top).append("```\n");
    for (String command : commands(top)) {
      String help = help(command);
      text.append("\n## leat ")
          .append(command)
          .append("\n\n```text\n")
          .append(help)
          .append("```\n");
      if (help.contains("\nCommands:\n")) {
        for (String sub : commands(help)) {
          text.append("\n### leat ").append(command).append(' ').append(sub);
          text.append("\n\n```text\n").append(help(command, sub)).append("```\n");
        }
      }
    }

    compare("docs/reference/cli.md", "commands", text.toString());
  }

  private static boolean isOpenApi(Path file) {
    return file.toString().endsWith(".json")
        && file.toString().contains("/src/main/resources/openapi/");
  }

  private static void route(
      String path, Map.Entry<String, JsonNode> operation, Map<String, String> rows) {
    String method = operation.getKey().toUpperCase(Locale.ROOT);
    JsonNode node = operation.getValue();
    rows.put(
        path + " " + method,
        "| `"
            + method
            + " "
            + path
            + "` | "
            + role(method, path)
            + " | "
            + node.path("summary").asText()
            + ROW_END);
  }

  /** As the sources guard it; empty when everyone may. */
  private static String role(String method, String path) {
    for (Path source : SourceTree.sources()) {
      Matcher guarded = GUARDED.matcher(SourceTree.read(source));
      while (guarded.find()) {
        String at = guarded.group(2).replaceAll(":([a-zA-Z]+)", "{$1}");
        if (at.equals(path) && guarded.group(1).equalsIgnoreCase(method)) {
          return guarded.group(3).toLowerCase(Locale.ROOT);
        }
      }
    }
    return "";
  }

  private static String columns(Schema schema) {
    StringBuilder table = new StringBuilder("| column | type | meaning |\n|---|---|---|\n");
    for (Types.NestedField field : schema.columns()) {
      table
          .append("| `")
          .append(field.name())
          .append("` | ")
          .append(type(field))
          .append(field.isRequired() ? "" : "?")
          .append(" | ")
          .append(field.doc() == null ? "" : field.doc())
          .append(ROW_END);
    }
    return table.toString();
  }

  private static String type(Types.NestedField field) {
    return field.type().isPrimitiveType()
        ? field.type().toString()
        : field.type().typeId().name().toLowerCase(Locale.ROOT);
  }

  private static String keys(String schemaFile) throws IOException {
    JsonNode schema = JSON.readTree(SourceTree.root().resolve(schemaFile).toFile());
    StringBuilder table = new StringBuilder("| key | default | meaning |\n|---|---|---|\n");
    keys(schema, schema, "", table, 0);
    return table.toString();
  }

  private static void keys(
      JsonNode root, JsonNode node, String path, StringBuilder table, int depth) {
    if (depth > 8) {
      return;
    }
    JsonNode at = resolve(root, node);
    at.path("properties")
        .properties()
        .forEach(p -> key(root, p.getKey(), p.getValue(), path, table, depth));
    JsonNode values = at.path("additionalProperties");
    if (values.isObject() && resolve(root, values).has("properties")) {
      keys(root, values, path + "<name>.", table, depth + 1);
    }
    JsonNode items = resolve(root, at.path("items"));
    if (items.has("properties")) {
      keys(root, items, path.replaceAll("\\.$", "[]."), table, depth + 1);
    }
    for (String choice : List.of("oneOf", "anyOf")) {
      at.path(choice).forEach(option -> keys(root, option, path, table, depth + 1));
    }
  }

  private static void key(
      JsonNode root, String name, JsonNode value, String path, StringBuilder table, int depth) {
    JsonNode resolved = resolve(root, value);
    String meaning = value.path("description").asText(resolved.path("description").asText(""));
    String fallback = value.has("default") ? "`" + plain(value.path("default")) + "`" : "";
    table
        .append("| `")
        .append(path)
        .append(name)
        .append("` | ")
        .append(fallback)
        .append(" | ")
        .append(meaning.replace("|", "\\|"))
        .append(ROW_END);
    keys(root, value, path + name + ".", table, depth + 1);
  }

  private static String plain(JsonNode value) {
    return value.isTextual() ? value.asText() : value.toString();
  }

  private static JsonNode resolve(JsonNode root, JsonNode node) {
    String ref = node.path("$ref").asText("");
    return ref.startsWith("#/") ? root.at(ref.substring(1)) : node;
  }

  private static List<String> commands(String help) {
    return help
        .substring(help.indexOf("\nCommands:\n") + 11)
        .lines()
        .takeWhile(line -> !line.isBlank())
        .filter(line -> line.matches(" {2}[a-z-]+ .*"))
        .map(line -> line.strip().split(" ", -1)[0])
        .filter(name -> !name.equals("help"))
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .toList();
  }

  private static String help(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(Launch.command("help"));
    words.remove(words.size() - 1);
    words.add(1, "-Dleat.columns=100");
    words.addAll(List.of(command));
    words.add("--help");
    ProcessBuilder builder = new ProcessBuilder(words);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String text =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("leat %s --help", String.join(" ", command)).isZero();
    return text.lines().map(String::stripTrailing).collect(Collectors.joining("\n", "", "\n"));
  }

  private static void compare(String document, String name, String expected) throws IOException {
    Path file = SourceTree.root().resolve(document);
    String text = Files.readString(file);
    String head = "<!-- generated: " + name + " -->\n";
    int start = text.indexOf(head);
    assertThat(start).as("'%s' in %s", head.strip(), document).isNotNegative();
    int end = text.indexOf("<!-- end -->", start);
    if (WRITE) {
      Files.writeString(
          file,
          text.substring(0, start + head.length()) + "\n" + expected + "\n" + text.substring(end));
      return;
    }
    assertThat(text.substring(start + head.length(), end).strip())
        .as(
            "%s is behind the code; write it anew with:%n"
                + "mvn -Dquick test -pl acceptance -am -Dtest=GeneratedReferenceTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dleat.docs.write=true",
            document)
        .isEqualTo(expected.strip());
  }
}
