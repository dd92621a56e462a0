package io.leat.acceptance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;

/** The arrows of ARCHITECTURE.md, and no cycles. */
@AnalyzeClasses(packages = "io.leat", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  /** A module, and the modules that it may see. */
  static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("event", Set.of()),
          Map.entry("schema", Set.of("event")),
          Map.entry("rules", Set.of("event", "schema")),
          Map.entry("blueprint", Set.of("event", "schema", "rules", "parquet-json")),
          Map.entry("lake", Set.of("event", "schema")),
          Map.entry("state", Set.of("event")),
          Map.entry("parquet-json", Set.of()),
          Map.entry("http", Set.of("event", "state")),
          Map.entry("stream", Set.of("event", "schema", "rules", "blueprint", "lake")),
          Map.entry("gateway", Set.of("event", "schema", "rules", "blueprint", "state", "http")),
          Map.entry("query", Set.of("event", "schema", "lake", "state", "http")),
          Map.entry("action", Set.of("event", "schema", "rules", "state", "http")),
          Map.entry("files", Set.of("event", "rules", "state", "http", "parquet-json")),
          Map.entry(
              "app",
              Set.of(
                  "event",
                  "schema",
                  "rules",
                  "blueprint",
                  "lake",
                  "state",
                  "http",
                  "stream",
                  "gateway",
                  "query",
                  "action",
                  "files",
                  "parquet-json")),
          Map.entry(
              "bench",
              Set.of(
                  "event",
                  "schema",
                  "rules",
                  "blueprint",
                  "lake",
                  "state",
                  "http",
                  "stream",
                  "gateway",
                  "query",
                  "action",
                  "files",
                  "app",
                  "parquet-json")));

  @ArchTest
  static final ArchRule MODULES_SEE_ONLY_WHAT_THE_ARROWS_ALLOW =
      classes().that().resideInAPackage("io.leat..").should(new FollowArrows());

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("io.leat.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule RULES_KNOW_NO_ENGINE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.leat.event..", "io.leat.schema..", "io.leat.rules..", "io.leat.blueprint..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache..", "io.vertx..", "org.duckdb..", "java.sql..");

  @ArchTest
  static final ArchRule STREAM_KNOWS_NEITHER_HTTP_NOR_DUCKDB =
      noClasses()
          .that()
          .resideInAPackage("io.leat.stream..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "org.duckdb..");

  private static final String ON_CLASS_PATH_OF_CONVERT =
      "io\\.leat\\.(app\\.(convert|command|terminal)|parquet)(\\..*)?";

  /** It starts with a small class path, which holds no more than that of Leat. */
  @ArchTest
  static final ArchRule CONVERT_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAPackage("io.leat.app.convert..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are of Leat and not on its class path",
                  c ->
                      c.getPackageName().startsWith("io.leat.")
                          && !c.getPackageName().matches(ON_CLASS_PATH_OF_CONVERT)));

  @ArchTest
  static final ArchRule NO_SHELF_PACKAGES =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..", "..utils..", "..common..", "..impl..", "..helper..", "..manager..");

  @ArchTest
  static final ArchRule NOBODY_ENDS_THE_JVM_BUT_MAIN =
      noClasses()
          .that(DescribedPredicate.not(mainClass()))
          .should()
          .callMethod(System.class, "exit", int.class);

  private static DescribedPredicate<JavaClass> mainClass() {
    return DescribedPredicate.describe(
        "have a main method", c -> c.tryGetMethod("main", String[].class).isPresent());
  }

  private static final class FollowArrows extends ArchCondition<JavaClass> {
    FollowArrows() {
      super("follow the arrows");
    }

    @Override
    public void check(JavaClass from, ConditionEvents events) {
      String module = module(from);
      Set<String> allowed = ARROWS.getOrDefault(module, Set.of());
      from.getDirectDependenciesFromSelf().stream()
          .filter(d -> d.getTargetClass().getPackageName().startsWith("io.leat"))
          .filter(d -> !module(d.getTargetClass()).equals(module))
          .filter(d -> !allowed.contains(module(d.getTargetClass())))
          .forEach(d -> events.add(SimpleConditionEvent.violated(d, d.getDescription())));
    }

    private static String module(JavaClass type) {
      String[] parts = type.getPackageName().split("\\.", -1);
      String name = parts.length > 2 ? parts[2] : "";
      return name.equals("parquet") ? "parquet-json" : name;
    }
  }
}
