package io.leat.blueprint;

import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The lines of a {@code blueprint.yaml} that declare one detector, as somebody wrote them. */
public final class DetectorText {
  private DetectorText() {}

  /**
   * The lines from the comments right above the detector's name to the end of its declaration.
   *
   * @param yaml the text of a {@code blueprint.yaml}
   * @return without the indentation that all lines have; empty when there is no such detector, or
   *     the text is not YAML
   */
  public static Optional<String> of(String yaml, String detector) {
    try {
      LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
      return new Compose(settings)
          .composeString(yaml)
          .flatMap(root -> entry(root, "detectors"))
          .flatMap(section -> entry(section.getValueNode(), detector))
          .map(found -> lines(yaml.lines().toList(), found));
    } catch (YamlEngineException e) {
      return Optional.empty();
    }
  }

  private static Optional<NodeTuple> entry(Node node, String key) {
    return node instanceof MappingNode mapping
        ? mapping.getValue().stream()
            .filter(
                tuple ->
                    tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
            .findFirst()
        : Optional.empty();
  }

  private static String lines(List<String> all, NodeTuple found) {
    int key = found.getKeyNode().getStartMark().orElseThrow().getLine();
    int first = key;
    while (first > 0 && isComment(all.get(first - 1))) {
      first--;
    }
    // A block's end is where the next token begins: behind what stands between both.
    var end = found.getValueNode().getEndMark().orElseThrow();
    int next = Math.min(all.size(), end.getColumn() == 0 ? end.getLine() : end.getLine() + 1);
    int indent = indent(all.get(key));
    while (next > key + 1 && isOutside(all.get(next - 1), indent)) {
      next--;
    }
    return String.join("\n", all.subList(first, next)).stripIndent();
  }

  /** Whether the line cannot belong to a declaration whose name stands so far to the right. */
  private static boolean isOutside(String line, int indent) {
    return line.isBlank() || indent(line) <= indent;
  }

  private static boolean isComment(String line) {
    return line.strip().startsWith("#");
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }
}
