package io.leat.blueprint.yaml;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A map of a document, read key by key. What was not asked for when {@link #refuseUnknown()} is
 * called is a problem. Of an absent section every key is absent and none is missed. Not
 * thread-safe.
 */
public final class Section {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

  private final Source source;
  private final String path;
  private final int line;
  private final boolean present;
  private final Map<String, YamlNode.Entry> entries;
  private final Set<String> known = new LinkedHashSet<>();

  private Section(
      Source source, String path, int line, boolean present, Map<String, YamlNode.Entry> entries) {
    this.source = source;
    this.path = path;
    this.line = line;
    this.present = present;
    this.entries = entries;
  }

  static Section of(Source source, String path, YamlNode.Mapping mapping) {
    return new Section(source, path, mapping.line(), true, mapping.entries());
  }

  static Section absent(Source source, String path, int line) {
    return new Section(source, path, line, false, Map.of());
  }

  /** The file and where its problems go. */
  record Source(String file, Problems problems) {
    void problem(int line, String path, String message, String remedy) {
      problems.add(new Problem(file, line, path, message, remedy));
    }
  }

  /** Whether the document has it. */
  public boolean isPresent() {
    return present;
  }

  /** A key that may be left out. */
  public Value optional(String key) {
    known.add(key);
    YamlNode.Entry entry = entries.get(key);
    String at = join(path, key);
    return entry == null
        ? new Value(source, at, line, null)
        : new Value(source, at, entry.keyLine(), entry.value());
  }

  /**
   * A key that must be there; otherwise a problem.
   *
   * @param remedy what to do when it is missing, a sentence
   */
  public Value required(String key, String remedy) {
    if (present && !entries.containsKey(key)) {
      source.problem(line, path, "'" + key + "' is missing.", remedy);
    }
    return optional(key);
  }

  /** All values by key, in the order of the file, for a section whose keys are the user's own. */
  public Map<String, Value> values() {
    Map<String, Value> values = new LinkedHashMap<>();
    entries.keySet().forEach(key -> values.put(key, optional(key)));
    return values;
  }

  /** Reports each key that was not asked for, with what it may have been meant to be. */
  public void refuseUnknown() {
    entries.forEach(
        (key, entry) -> {
          if (!known.contains(key)) {
            source.problem(
                entry.keyLine(),
                join(path, key),
                "'" + key + "' is not known here.",
                Suggestions.remedy(key, known));
          }
        });
  }

  /** Adds a problem with this section as a whole. */
  public void problem(String message, String remedy) {
    source.problem(line, path, message, remedy);
  }

  /** The place of {@code key} under {@code path}. */
  static String join(String path, String key) {
    if (!PLAIN.matcher(key).matches()) {
      return path + "['" + key + "']";
    }
    return path.isEmpty() ? key : path + "." + key;
  }
}
