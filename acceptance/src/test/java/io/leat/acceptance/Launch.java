package io.leat.acceptance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@code leat}, as the launcher script makes it, with the classes of this
 * build. Where they are all in jars, as in {@code mvn verify}, the first launch makes an archive of
 * the loaded classes, as the launcher does, and all others start from it.
 */
public final class Launch {
  private static final Set<String> WITH_ENGINES = Set.of("up", "demo", "backup", "restore");
  private static final String CONVERT = "convert";
  private static final Duration ARCHIVED = Duration.ofMinutes(2);
  private static final List<String> CLASS_PATH = classPath();
  private static final @Nullable Path ARCHIVE = archive();

  private Launch() {}

  /**
   * What starts Leat.
   *
   * @param arguments a command, and its own arguments if any
   */
  public static List<String> command(String... arguments) {
    boolean isArchived = ARCHIVE != null && !arguments[0].equals(CONVERT);
    List<String> options = isArchived ? List.of("-XX:SharedArchiveFile=" + ARCHIVE) : List.of();
    return command(options, arguments);
  }

  private static List<String> command(List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    boolean isConvert = arguments[0].equals(CONVERT);
    command.addAll(
        options(WITH_ENGINES.contains(arguments[0]) ? "up" : isConvert ? CONVERT : "short"));
    command.addAll(options);
    command.add("-Dleat.home=" + Repository.root());
    command.add("-cp");
    command.add(String.join(File.pathSeparator, isConvert ? convertClassPath() : CLASS_PATH));
    command.add(isConvert ? "io.leat.app.convert.Convert" : "io.leat.app.cli.Leat");
    command.addAll(List.of(arguments));
    return command;
  }

  private static List<String> options(String kind) {
    List<String> options = new ArrayList<>();
    for (String line : lines(Repository.root().resolve("app/src/main/resources/jvm.options"))) {
      String option = after(line, kind + ":");
      if (line.isBlank() || line.startsWith("#") || option.matches("(up|short|convert):.*")) {
        continue;
      }
      if (option.matches("[0-9]+:.*")) {
        int colon = option.indexOf(':');
        if (Runtime.version().feature() < Integer.parseInt(option.substring(0, colon))) {
          continue;
        }
        option = option.substring(colon + 1);
      }
      options.add(option);
    }
    if (!kind.equals("short")) {
      options.add("-Xmx512m");
      // As in surefire's argLine: the optimizing compiler would take half of a start, for nothing.
      options.add("-XX:TieredStopAtLevel=" + System.getProperty("leat.tests.tier", "1"));
    }
    return options;
  }

  private static String after(String line, String condition) {
    return line.startsWith(condition) ? line.substring(condition.length()) : line;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without this module's own classes, which are those of the tests. */
  private static List<String> classPath() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path own = Repository.root().resolve("acceptance");
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).startsWith(own))
        .collect(Collectors.toList());
  }

  /** What app/pom.xml names for {@code leat convert}, and the app itself. */
  private static List<String> convertClassPath() {
    String pom = String.join("", lines(Repository.root().resolve("app/pom.xml")));
    String names = pom.replaceAll(".*<convert.class.path>|</convert.class.path>.*", "");
    List<String> entries = new ArrayList<>();
    for (String name : ("leat-app," + names).split(",", -1)) {
      String module = name.startsWith("leat-") ? name.substring("leat-".length()) : name;
      CLASS_PATH.stream()
          .filter(
              entry ->
                  entry.endsWith("/" + module + "/target/classes")
                      || Path.of(entry).getFileName().toString().matches(name + "-\\d.*\\.jar"))
          .forEach(entries::add);
    }
    return entries;
  }

  private static @Nullable Path archive() {
    if (!CLASS_PATH.stream().allMatch(entry -> Files.isRegularFile(Path.of(entry)))) {
      return null;
    }
    try {
      Path directory = Files.createTempDirectory("leat-archive");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
      return archive(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null when none came: then everything starts more slowly, and nothing else. */
  private static @Nullable Path archive(Path directory) throws IOException, InterruptedException {
    Path archive = directory.resolve("leat.jsa");
    Path data = directory.resolve("data");
    String blueprint = Repository.root().resolve("blueprints/devices").toString();
    List<String> command =
        command(
            List.of("-XX:ArchiveClassesAtExit=" + archive),
            "up",
            blueprint,
            "--data",
            data.toString(),
            "--port",
            "0");
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    environment(builder);
    Path said = directory.resolve("out");
    Process leat = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      long deadline = System.nanoTime() + ARCHIVED.toNanos();
      while (leat.isAlive()
          && !Files.exists(data.resolve("run.json"))
          && System.nanoTime() < deadline) {
        Thread.sleep(100);
      }
      leat.destroy();
      if (leat.waitFor(ARCHIVED.toSeconds(), TimeUnit.SECONDS) && Files.isRegularFile(archive)) {
        return archive;
      }
      System.err.println("No archive of classes was made: " + Files.readString(said));
      return null;
    } finally {
      leat.destroyForcibly();
    }
  }

  /** As the launcher sets it, with nothing of this process's own settings. */
  static void environment(ProcessBuilder builder) {
    builder.environment().keySet().removeIf(name -> name.startsWith("LEAT_"));
    builder.environment().put("MALLOC_ARENA_MAX", "2");
  }

  private static void delete(Path directory) {
    try {
      Folders.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
