package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.client.TestingLeat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a project of its own, with a JDK and a Maven that only say what they are asked.
 */
class LauncherScriptTest {
  private final Path temporary;
  private final Path home;
  private final Path maven;
  private Map<String, String> locale = Map.of("LANG", "C.UTF-8");

  LauncherScriptTest(@TempDir Path temporary) {
    this.temporary = temporary;
    this.home = temporary.resolve("a home with spaces");
    this.maven = temporary.resolve("mvn");
  }

  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void aProject() throws IOException {
    Files.createDirectories(home);
    Files.copy(TestingLeat.blueprint().resolve("../../leat").normalize(), home.resolve("leat"));
    executable(home.resolve("leat"));
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Path options = Path.of("app/src/main/resources/jvm.options");
    Files.createDirectories(home.resolve(options).getParent());
    Files.copy(
        TestingLeat.blueprint().resolve("../..").resolve(options).normalize(),
        home.resolve(options));
    Files.writeString(home.resolve("app/pom.xml"), "<project/>");
    Files.writeString(
        maven,
        """
        #!/bin/sh
        echo '[INFO] Building leat-event 0.1.0 [2/3]'
        echo '[INFO] Building leat-app 0.1.0 [3/3]'
        echo "built" >>"$PWD/builds"
        mkdir -p app/target && printf 'a.jar:b.jar' >app/target/leat.classpath
        printf 'c.jar:d.jar' >app/target/leat-convert.classpath
        echo jar >app/target/leat-app-1.jar
        """);
    executable(maven);
  }

  @Test
  void itBuildsOnceAndRunsFromAnywhereThroughLinksWithSpaces() throws Exception {
    Path link = temporary.resolve("link to leat");
    Files.createSymbolicLink(link, Path.of("a home with spaces/leat"));
    Path java = jdk("jdk 21", "21.0.4");
    Ended first = run(link, java, "sql", "SELECT 'a b'");
    assertThat(first.err())
        .contains("2/3 leat-event")
        .contains("3/3 leat-app")
        .contains("Built in");
    assertThat(first.code()).isEqualTo(7);
    assertThat(first.out())
        .contains("<io.leat.app.cli.Leat>\n<sql>\n<SELECT 'a b'>\n")
        .contains("<" + home.toRealPath() + "/app/target/leat-app-1.jar:a.jar:b.jar>")
        .contains("<-Dleat.home=" + home.toRealPath() + ">")
        .contains("<-XX:TieredStopAtLevel=1>")
        .doesNotContain("enable-native-access");
    assertThat(run(link, java, "version").err()).isEmpty();
    assertThat(Files.readAllLines(home.resolve("builds"))).hasSize(1);
  }

  @Test
  void aNewerSourceIsBuiltAgain() throws Exception {
    Path java = jdk("jdk", "17.0.1");
    run(home.resolve("leat"), java, "version");
    Path source = Files.writeString(home.resolve("app/src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    run(home.resolve("leat"), java, "version");
    assertThat(Files.readAllLines(home.resolve("builds"))).hasSize(2);
  }

  @Test
  void thePlatformHasItsOwnHeapAndJava25ItsOwnFlags() throws Exception {
    Ended ended = run(home.resolve("leat"), jdk("jdk", "25.0.1"), "up");
    assertThat(ended.out())
        .contains("<-Xmx512m>")
        .contains("<--enable-native-access=ALL-UNNAMED>")
        .contains("<--sun-misc-unsafe-memory-access=allow>");
  }

  @Test
  void theFirstRunOfThePlatformLeavesAnArchiveThatLaterRunsRead() throws Exception {
    Path java = jdk("jdk", "17.0.1");
    assertThat(run(home.resolve("leat"), java, "status").out())
        .doesNotContain("ArchiveClassesAtExit")
        .doesNotContain("SharedArchiveFile");
    String first = run(home.resolve("leat"), java, "up").out();
    assertThat(first).contains("<-XX:ArchiveClassesAtExit=" + home.toRealPath());
    Path archive = Path.of(first.replaceAll("(?s).*<-XX:ArchiveClassesAtExit=([^>]*)>.*", "$1"));
    Files.write(archive, new byte[4096]); // what a killed JVM leaves: the head comes last
    assertThat(run(home.resolve("leat"), java, "demo", "devices").out())
        .contains("<-XX:ArchiveClassesAtExit=" + archive + ">");
    Files.writeString(archive, "an archive");
    assertThat(run(home.resolve("leat"), java, "up").out())
        .contains("<-XX:SharedArchiveFile=" + archive + ">")
        .doesNotContain("ArchiveClassesAtExit");
    Files.setLastModifiedTime(
        home.resolve("app/target/leat-app-1.jar"), FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(run(home.resolve("leat"), java, "up").out()).contains("ArchiveClassesAtExit");
  }

  @Test
  void convertHasItsOwnClassPathHeapAndTheOptimizingCompiler() throws Exception {
    Path java = jdk("jdk", "17.0.1");
    Ended ended = run(home.resolve("leat"), java, "--color", "never", "convert", "a.parquet", "-");
    assertThat(ended.out())
        .contains(
            "<io.leat.app.convert.Convert>\n<--color>\n<never>\n<convert>\n<a.parquet>\n<->\n")
        .contains("<" + home.toRealPath() + "/app/target/leat-app-1.jar:c.jar:d.jar>")
        .contains("<-Xmx2g>", "<-Xms96m>")
        .doesNotContain("TieredStopAtLevel", "a.jar");
    assertThat(run(home.resolve("leat"), java, "convert", "--schema", "a.parquet").out())
        .contains("<-XX:TieredStopAtLevel=1>", "<-Xmx2g>");
  }

  @Test
  void theFirstShortCommandOfEachKindMakesAnArchiveThatLaterOnesRead() throws Exception {
    Path java = jdk("jdk", "17.0.1");
    dumping(java, "0");
    for (String[] kind : new String[][] {{"status", "cli"}, {"convert", "convert"}}) {
      Ended first = run(home.resolve("leat"), java, kind[0], "x");
      assertThat(first.err()).doesNotContain("faster");
      assertThat(first.out())
          .doesNotContain("Training")
          .containsPattern(
              "<-XX:SharedArchiveFile="
                  + home.toRealPath()
                  + "/app/target/leat-[a-z]+-java17-0-1.jsa>");
      run(home.resolve("leat"), java, kind[0], "x");
      assertThat(Files.readString(home.resolve("trained")))
          .isEqualTo("io.leat.app." + kind[1] + ".Training\n");
      Files.delete(home.resolve("trained"));
    }
    Files.setLastModifiedTime(
        home.resolve("app/target/leat-app-1.jar"), FileTime.from(Instant.now().plusSeconds(5)));
    run(home.resolve("leat"), java, "status");
    assertThat(home.resolve("trained")).exists();
  }

  @Test
  void anArchiveThatCannotBeMadeIsTriedOnce() throws Exception {
    Path java = jdk("jdk", "17.0.1");
    dumping(java, "1");
    for (int i = 0; i < 2; i++) {
      assertThat(run(home.resolve("leat"), java, "status").out())
          .contains("<io.leat.app.cli.Leat>\n<status>")
          .doesNotContain("SharedArchiveFile");
    }
    assertThat(Files.readAllLines(home.resolve("trained"))).hasSize(1);
    assertThat(home.resolve("app/target")).isDirectoryNotContaining("glob:**.classes");
  }

  @Test
  void namesOfFilesMayHaveAllLettersWhateverTheLocale() throws Exception {
    Path java = jdk("jdk", "17.0.1");
    Files.writeString(java.resolve("bin/java"), "#!/bin/sh\necho \"<${LC_ALL:-}>\"\n");
    for (String other : new String[] {"", "C", "POSIX", "de_DE.ISO-8859-1"}) {
      locale = Map.of("LANG", "en_US.UTF-8", "LC_ALL", other.isEmpty() ? "C" : other);
      assertThat(run(home.resolve("leat"), java, "up").out()).as(other).isEqualTo("<C.UTF-8>\n");
      locale = Map.of("LANG", other);
      assertThat(run(home.resolve("leat"), java, "up").out()).as(other).isEqualTo("<C.UTF-8>\n");
    }
    for (String same : new String[] {"en_US.UTF-8", "C.utf8"}) {
      locale = Map.of("LANG", same);
      assertThat(run(home.resolve("leat"), java, "up").out()).as(same).isEqualTo("<>\n");
    }
  }

  @Test
  void anOldJavaIsRefusedByName() throws Exception {
    Path old = jdk("jdk 11", "11.0.2");
    Ended ended = run(home.resolve("leat"), old, "version");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .startsWith(
            "leat: A JDK, Java 17 or newer, is needed; found only:\n  "
                + old
                + " (Java 11)\nInstall a newer");
  }

  @Test
  void aJavaWithoutACompilerIsRefusedByName() throws Exception {
    Path jre = jdk("jre 21", "21.0.4");
    Files.delete(jre.resolve("bin/javac"));
    Ended ended = run(home.resolve("leat"), jre, "version");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("found only:\n  " + jre + " (Java 21, without a compiler)\n");
  }

  @Test
  void aJavaHomeWithoutJavaIsRefused() throws Exception {
    Ended ended = run(home.resolve("leat"), temporary.resolve("nowhere"), "version");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .isEqualTo(
            "leat: JAVA_HOME is '"
                + temporary.resolve("nowhere")
                + "', where there is no bin/java.\n");
  }

  @Test
  void aFailedBuildShowsItsErrorsAndTheLog() throws Exception {
    Files.writeString(maven, "#!/bin/sh\necho '[ERROR] A.java: no such class'\nexit 1\n");
    Ended ended = run(home.resolve("leat"), jdk("jdk", "17.0.1"), "version");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains("[ERROR] A.java: no such class")
        .endsWith("the whole log is in " + home.toRealPath() + "/target/leat-build.log\n");
  }

  /** A JDK whose java prints its arguments, each in angle brackets, and ends with 7. */
  private Path jdk(String name, String version) throws IOException {
    Path jdk = Files.createDirectories(temporary.resolve(name));
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    Files.writeString(
        jdk.resolve("bin/java"), "#!/bin/sh\nfor a in \"$@\"; do echo \"<$a>\"; done\nexit 7\n");
    executable(jdk.resolve("bin/java"));
    Files.writeString(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    executable(jdk.resolve("bin/javac"));
    return jdk;
  }

  /** Lets the JDK's java note trainings, and end the dump of an archive with the given code. */
  private void dumping(Path jdk, String code) throws IOException {
    Files.writeString(
        jdk.resolve("bin/java"),
        """
        #!/bin/sh
        archive=
        for a in "$@"; do
          case $a in
            -XX:SharedArchiveFile=*) archive=${a#*=} ;;
            -XX:DumpLoadedClassList=*) echo classes >"${a#*=}" ;;
            *.Training) echo "$a" >>'%1$s/trained'; exit 0 ;;
          esac
        done
        case "$*" in *-Xshare:dump*) echo archive >"$archive"; exit %2$s ;; esac
        for a in "$@"; do echo "<$a>"; done
        """
            .formatted(home, code));
  }

  private Ended run(Path script, Path javaHome, String... args) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(script.toString());
    builder.command().addAll(List.of(args));
    Path out = temporary.resolve("out");
    Path err = temporary.resolve("err");
    builder.directory(Path.of("/").toFile());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", javaHome.toString());
    environment.put("LEAT_MVN", maven.toString());
    environment.put("LEAT_JVM_DIRS", temporary.resolve("none").toString());
    environment.put("PATH", pathWithoutJava());
    environment.keySet().removeAll(List.of("LANG", "LC_ALL", "LC_CTYPE"));
    environment.putAll(locale);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  /** The programs that the script needs, in a folder without a java. */
  private String pathWithoutJava() throws IOException {
    Path bin = Files.createDirectories(temporary.resolve("bin"));
    for (String program :
        new String[] {
          "sh",
          "sed",
          "head",
          "tail",
          "cat",
          "cksum",
          "cut",
          "date",
          "dirname",
          "find",
          "flock",
          "grep",
          "mkdir",
          "mv",
          "od",
          "readlink",
          "rm",
          "sleep",
          "stty",
          "tr"
        }) {
      for (String place : new String[] {"/usr/bin", "/bin"}) {
        Path target = Path.of(place, program);
        if (Files.exists(target) && !Files.exists(bin.resolve(program))) {
          Files.writeString(bin.resolve(program), "#!/bin/sh\nexec " + target + " \"$@\"\n");
          executable(bin.resolve(program));
        }
      }
    }
    return bin.toString();
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
