package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.acceptance.docs.SourceTree;
import io.leat.event.LogHeaders;
import io.leat.event.RejectionHeaders;
import io.leat.lake.EventTables;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/** What ARCHITECTURE.md says of arrows, headers and tables is what the code says. */
class ArchitectureDocumentTest {
  private final String text = SourceTree.read("ARCHITECTURE.md");

  @Test
  void theTableOfModulesShowsTheArrowsThatAreChecked() {
    Map<String, Set<String>> written = new TreeMap<>();
    for (List<String> row : rows("Modules and arrows")) {
      Set<String> seen = new TreeSet<>(Arrays.asList(row.get(2).split(",\\s*", -1)));
      seen.remove("");
      written.put(row.get(0), seen);
    }

    assertThat(written).isEqualTo(new TreeMap<>(ArchitectureTest.ARROWS));
  }

  @Test
  void everyModuleOfTheBuildHasARow() {
    Set<String> modules =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(SourceTree.read("pom.xml"))
            .results()
            .map(m -> m.group(1))
            .collect(Collectors.toSet());
    modules.remove("acceptance");

    assertThat(rows("Modules and arrows").stream().map(row -> row.get(0)))
        .containsExactlyInAnyOrderElementsOf(modules);
  }

  @Test
  void everyLogHeaderIsNamed() throws IllegalAccessException {
    Set<String> written = names(section("Log headers"));

    Set<String> declared = constants(LogHeaders.class);
    declared.addAll(constants(RejectionHeaders.class));
    declared.remove(LogHeaders.PREFIX);
    assertThat(written).containsAll(declared);
    assertThat(written.stream().filter(w -> w.matches("(ce|leat)_[a-z]+"))).isSubsetOf(declared);
  }

  @Test
  void everyTableIsListedWithItsColumns() {
    Map<String, List<String>> written = new TreeMap<>();
    for (List<String> row : rows("Tables")) {
      String table = row.get(0).replace("`", "");
      written.put(table, List.copyOf(columnNames(row.get(2))));
    }

    assertThat(written)
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "<blueprint>_raw.<stream>", columns(EventTables.raw()),
                    "<blueprint>_processed.<stream>", columns(EventTables.processed(List.of())),
                    "<blueprint>_raw.quarantine", columns(EventTables.quarantine()),
                    "<blueprint>_raw.rejected", columns(EventTables.rejected()),
                    "<blueprint>_raw.ledger", columns(EventTables.ledger()))));
  }

  private static List<String> columns(Schema schema) {
    return schema.columns().stream().map(Types.NestedField::name).toList();
  }

  private static List<String> columnNames(String cell) {
    return Pattern.compile("`([^`]+)`").matcher(cell).results().map(m -> m.group(1)).toList();
  }

  private static Set<String> names(String section) {
    return Pattern.compile("`([^`]+)`")
        .matcher(section)
        .results()
        .map((MatchResult m) -> m.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> constants(Class<?> type) throws IllegalAccessException {
    Set<String> values = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers()) && field.getType() == String.class) {
        values.add(String.valueOf(field.get(null)));
      }
    }
    return values;
  }

  private String section(String title) {
    int start = text.indexOf("\n## " + title + "\n");
    assertThat(start).as("the section '%s'", title).isNotNegative();
    int end = text.indexOf("\n## ", start + 4);
    return end < 0 ? text.substring(start) : text.substring(start, end);
  }

  /** The cells of the first table in a section, without its head. */
  private List<List<String>> rows(String title) {
    return section(title)
        .lines()
        .filter(line -> line.startsWith("|"))
        .skip(2)
        .map(line -> Arrays.stream(line.substring(1).split("\\|", -1)).map(String::strip).toList())
        .toList();
  }
}
