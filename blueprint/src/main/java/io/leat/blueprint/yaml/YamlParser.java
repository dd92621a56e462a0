package io.leat.blueprint.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.AnchorNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Parses one document of YAML 1.2 (core schema) into located nodes. Bounded: depth, nodes after the
 * expansion of aliases, one document, no tags of its own.
 */
final class YamlParser {
  static final int MAX_DEPTH = 50;
  static final int MAX_NODES = 50_000;
  static final int MAX_ALIASES = 50;

  private static final String WRITE_OUT = "Write them out instead.";

  private static final Map<Tag, YamlNode.Kind> KINDS =
      Map.of(
          Tag.STR, YamlNode.Kind.TEXT,
          Tag.INT, YamlNode.Kind.INTEGER,
          Tag.FLOAT, YamlNode.Kind.DECIMAL,
          Tag.BOOL, YamlNode.Kind.BOOLEAN,
          Tag.NULL, YamlNode.Kind.NULL);

  private final String file;
  private final Problems problems;
  private final References references;
  private int nodes;

  private YamlParser(String file, Problems problems, Environment environment) {
    this.file = file;
    this.problems = problems;
    this.references = new References(environment);
  }

  /** The document's root; null when there is none or a problem was added in its place. */
  static @Nullable YamlNode parse(
      String file, String text, Environment environment, Problems problems) {
    return new YamlParser(file, problems, environment).parse(text);
  }

  private @Nullable YamlNode parse(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setSchema(new CoreSchema())
            .setUseMarks(true)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setCodePointLimit(Integer.MAX_VALUE)
            .build();
    try {
      if (!isWithinBounds(new Parse(settings).parseString(text))) {
        return null;
      }
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isEmpty()) {
        problem(0, "", "is empty.", "");
        return null;
      }
      return node(root.get(), "", 1);
    } catch (MarkedYamlEngineException e) {
      syntax(e);
      return null;
    } catch (YamlEngineException e) {
      if (String.valueOf(e.getMessage()).startsWith("Number of aliases")) {
        problem(0, "", "has more than " + MAX_ALIASES + " aliases of lists and maps.", WRITE_OUT);
        return null;
      }
      problem(0, "", "is not YAML: " + firstLine(e.getMessage()) + ".", "");
      return null;
    }
  }

  /** Looks at the events before anything recursive does. */
  private boolean isWithinBounds(Iterable<Event> events) {
    int depth = 0;
    int documents = 0;
    int count = 0;
    for (Event event : events) {
      int line = line(event.getStartMark());
      switch (event.getEventId()) {
        case DocumentStart -> documents++;
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        default -> {}
      }
      if (documents > 1) {
        problem(line, "", "a second document starts here.", "Remove the '---' line.");
        return false;
      }
      if (depth > MAX_DEPTH) {
        problem(line, "", "is nested more than " + MAX_DEPTH + " levels deep.", "");
        return false;
      }
      if (++count > MAX_NODES) {
        problem(line, "", "has more than " + MAX_NODES + " values.", "");
        return false;
      }
    }
    return true;
  }

  private YamlNode node(Node raw, String path, int depth) {
    Node node = raw instanceof AnchorNode anchor ? anchor.getRealNode() : raw;
    int line = line(node.getStartMark());
    if (node.isRecursive() || depth > MAX_DEPTH) {
      return invalid(line, path, "contains itself through an alias.", WRITE_OUT);
    }
    if (++nodes > MAX_NODES) {
      // Told once: each further node would be told again.
      return nodes == MAX_NODES + 1
          ? invalid(line, path, "aliases expand to more than " + MAX_NODES + " values.", WRITE_OUT)
          : new YamlNode.Invalid(line);
    }
    if (node instanceof ScalarNode scalar && KINDS.containsKey(node.getTag())) {
      return scalar(scalar, line, path);
    }
    if (node instanceof SequenceNode sequence && node.getTag().equals(Tag.SEQ)) {
      List<YamlNode> items = new ArrayList<>();
      for (Node item : sequence.getValue()) {
        items.add(node(item, path + "[" + items.size() + "]", depth + 1));
      }
      return new YamlNode.Sequence(line, items);
    }
    if (node instanceof MappingNode mapping && node.getTag().equals(Tag.MAP)) {
      return mapping(mapping, line, path, depth);
    }
    return invalid(
        line, path, "the tag '" + node.getTag().getValue() + "' is not known here.", "Remove it.");
  }

  private YamlNode mapping(MappingNode mapping, int line, String path, int depth) {
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      int keyLine = line(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(keyLine, path, "a list or a map cannot be a key.", "");
        continue;
      }
      String name = key.getValue();
      String at = Section.join(path, name);
      YamlNode.Entry earlier = entries.get(name);
      if (earlier != null) {
        problem(
            keyLine,
            at,
            "'" + name + "' is given twice, first in line " + earlier.keyLine() + ".",
            "Remove one of them.");
        continue;
      }
      entries.put(name, new YamlNode.Entry(keyLine, node(tuple.getValueNode(), at, depth + 1)));
    }
    return new YamlNode.Mapping(line, entries);
  }

  private YamlNode scalar(ScalarNode scalar, int line, String path) {
    String text = scalar.getValue();
    YamlNode.Kind kind = KINDS.getOrDefault(scalar.getTag(), YamlNode.Kind.TEXT);
    if (!text.contains("${")) {
      return new YamlNode.Scalar(line, kind, text, text);
    }
    if (References.isSecret(text)) {
      return new YamlNode.Scalar(line, YamlNode.Kind.SECRET, text, text);
    }
    References.Resolved resolved = references.resolve(text);
    if (resolved.error() != null) {
      return invalid(line, path, resolved.error(), resolved.remedy());
    }
    return new YamlNode.Scalar(
        line, resolved.any() ? YamlNode.Kind.REFERENCE : kind, resolved.text(), text);
  }

  private YamlNode invalid(int line, String path, String message, String remedy) {
    problem(line, path, message, remedy);
    return new YamlNode.Invalid(line);
  }

  private void syntax(MarkedYamlEngineException e) {
    int line = line(e.getProblemMark().or(e::getContextMark));
    String message = String.valueOf(e.getProblem());
    if (message.contains("TAB") || message.contains("\\t")) {
      problem(line, "", "a tab stands where YAML wants spaces.", "Indent with spaces.");
      return;
    }
    String context = e.getContext() == null ? "" : firstLine(e.getContext()) + ": ";
    String column =
        e.getProblemMark().map(mark -> " (column " + (mark.getColumn() + 1) + ")").orElse("");
    problem(line, "", "is not YAML: " + context + firstLine(message) + column + ".", "");
  }

  private void problem(int line, String path, String message, String remedy) {
    problems.add(new Problem(file, line, path, message, remedy));
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(m -> m.getLine() + 1).orElse(0);
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
