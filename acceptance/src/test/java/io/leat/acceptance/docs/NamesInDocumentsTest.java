package io.leat.acceptance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What documents call by name exists: classes, methods, files. */
class NamesInDocumentsTest {
  private static final Pattern CODE = Pattern.compile("(?<!`)`([^`\\n]+)`(?!`)");

  /** {@code LakeJob}, {@code LogRecord.Kind}, {@code StreamPlan.of}: has a lower-case letter. */
  private static final Pattern TYPE =
      Pattern.compile(
          "([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:\\.([A-Za-z][A-Za-z0-9]*)(?:\\(.*\\))?)?");

  private static final Pattern QUALIFIED =
      Pattern.compile("((?:org|io|com|dev|java)(?:\\.[a-z0-9_]+)+\\.[A-Z][A-Za-z0-9]+)");

  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|interface|record|enum|@interface)\\s+([A-Z][A-Za-z0-9]*)");

  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)#\\s]*)(#[^)\\s]*)?\\)");

  private final Map<String, List<String>> declarations = declarations();

  @Test
  void everyClassExists() {
    List<String> wrong = new ArrayList<>();
    for (Path document : SourceTree.documents()) {
      CODE.matcher(prose(document))
          .results()
          .map(m -> m.group(1))
          .filter(code -> !exists(code))
          .forEach(code -> wrong.add(where(document) + ": `" + code + "`"));
    }

    assertThat(wrong).as("names of classes that do not exist").isEmpty();
  }

  @Test
  void everyLinkAndPathLeadsSomewhere() {
    List<String> wrong = new ArrayList<>();
    for (Path document : SourceTree.documents()) {
      String prose = prose(document);
      LINK.matcher(prose)
          .results()
          .filter(link -> !link.group(1).matches("(https?|mailto):.*"))
          .filter(link -> !leadsSomewhere(document, link))
          .forEach(link -> wrong.add(where(document) + ": " + link.group()));
      CODE.matcher(prose)
          .results()
          .map(m -> m.group(1))
          .filter(NamesInDocumentsTest::isPath)
          .filter(path -> !Files.exists(SourceTree.root().resolve(path)))
          .forEach(path -> wrong.add(where(document) + ": `" + path + "`"));
    }

    assertThat(wrong).as("links and paths that lead nowhere").isEmpty();
  }

  private boolean exists(String code) {
    Matcher qualified = QUALIFIED.matcher(code);
    if (qualified.matches()) {
      return isOnTheClassPath(qualified.group(1));
    }
    Matcher type = TYPE.matcher(code);
    if (!type.matches()) {
      return true;
    }
    List<String> sources = declarations.get(type.group(1));
    String member = type.group(2);
    return sources != null
        && (member == null
            || sources.stream()
                .anyMatch(s -> Pattern.compile("\\b" + member + "\\b").matcher(s).find()));
  }

  private static boolean isOnTheClassPath(String name) {
    try {
      Class.forName(name, false, NamesInDocumentsTest.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Something below a folder of this repository, without a pattern or a placeholder in it. */
  private static boolean isPath(String code) {
    int slash = code.indexOf('/');
    return slash > 0
        && code.matches("[A-Za-z0-9._/-]+")
        && !code.startsWith("./")
        && !code.startsWith("target/")
        && Files.isDirectory(SourceTree.root().resolve(code.substring(0, slash)));
  }

  private static boolean leadsSomewhere(Path document, MatchResult link) {
    Path target =
        link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1)).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return link.group(2) == null || anchors(target).contains(link.group(2).substring(1));
  }

  private static Set<String> anchors(Path document) {
    Set<String> anchors = new HashSet<>();
    SourceTree.read(document)
        .lines()
        .filter(line -> line.matches("#{1,6} .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(java.util.Locale.ROOT))
        .map(title -> title.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .forEach(anchors::add);
    return anchors;
  }

  /** A document without its blocks of code. */
  private static String prose(Path document) {
    return SourceTree.read(document).replaceAll("(?ms)^ *```.*?^ *```", "");
  }

  private static Map<String, List<String>> declarations() {
    Map<String, List<String>> declarations = new HashMap<>();
    for (Path source : SourceTree.sources()) {
      String text = SourceTree.read(source);
      DECLARED
          .matcher(text)
          .results()
          .forEach(m -> declarations.computeIfAbsent(m.group(1), n -> new ArrayList<>()).add(text));
    }
    return declarations;
  }

  private static String where(Path document) {
    return SourceTree.root().relativize(document).toString();
  }
}
