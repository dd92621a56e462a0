package io.leat.acceptance.docs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A block of code in a document, with the markers in the comments right before it: {@code <!--
 * file: shop/blueprint.yaml -->} writes it to a file, {@code <!-- exit: 1 -->} says how its last
 * command ends, {@code <!-- not run: why -->} leaves it out, {@code <!-- exact -->} compares
 * numbers too.
 *
 * @param line where it begins, from 1
 * @param language behind the fence
 * @param text between the fences
 * @param markers by name
 */
record Block(int line, String language, String text, Map<String, String> markers) {
  private static final Pattern FENCE = Pattern.compile("^( *)```([a-z]*)\\s*$");
  private static final Pattern MARKER = Pattern.compile("^ *<!-- ([a-z ]+)(?:: (.*))? -->$");

  /** A command of a console block, and what it prints; null when the document does not say. */
  record Step(String command, @Nullable String output) {}

  @Nullable String marker(String name) {
    return markers.get(name);
  }

  static List<Block> of(String document) {
    List<Block> blocks = new ArrayList<>();
    List<String> lines = document.lines().toList();
    Map<String, String> markers = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher marker = MARKER.matcher(lines.get(i));
      Matcher fence = FENCE.matcher(lines.get(i));
      if (marker.matches()) {
        markers.put(marker.group(1), marker.group(2) == null ? "" : marker.group(2));
      } else if (fence.matches()) {
        int start = i + 1;
        int indent = fence.group(1).length();
        StringBuilder text = new StringBuilder();
        for (i = start; !lines.get(i).strip().equals("```"); i++) {
          text.append(lines.get(i).substring(Math.min(indent, lines.get(i).length()))).append('\n');
        }
        blocks.add(new Block(start, fence.group(2), text.toString(), Map.copyOf(markers)));
        markers.clear();
      } else if (!lines.get(i).isBlank()) {
        markers.clear();
      }
    }
    return blocks;
  }

  /** Of a console block: lines after {@code $}, going on after {@code >}, then their output. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); ) {
      if (!lines.get(i).startsWith("$ ")) {
        throw new IllegalStateException(
            "line " + (line + i) + ": a console block starts with '$ '");
      }
      StringBuilder command = new StringBuilder(lines.get(i++).substring(2)).append('\n');
      while (i < lines.size() && lines.get(i).startsWith("> ")) {
        command.append(lines.get(i++).substring(2)).append('\n');
      }
      StringBuilder output = new StringBuilder();
      while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
        output.append(lines.get(i++)).append('\n');
      }
      steps.add(new Step(command.toString(), output.isEmpty() ? null : output.toString()));
    }
    return steps;
  }
}
