package io.leat.blueprint.yaml;

import java.util.List;
import java.util.Map;

/** A part of a document, with its line. */
sealed interface YamlNode {
  /** Where it starts, from 1. */
  int line();

  /** What it is, for a sentence: {@code a list}. */
  String kindName();

  /** What a scalar is by YAML 1.2's core schema. */
  enum Kind {
    TEXT("text"),
    INTEGER("a number"),
    DECIMAL("a number"),
    BOOLEAN("true or false"),
    NULL("nothing"),
    /** It came in part from the environment: its reader decides. */
    REFERENCE("a reference"),
    /** The name of a secret: {@code ${secret:NAME}}. Never resolved here. */
    SECRET("a secret");

    private final String description;

    Kind(String description) {
      this.description = description;
    }
  }

  /**
   * A scalar.
   *
   * @param text the value, references resolved
   * @param shown what a message may show: the text as written, with no value from the environment
   */
  record Scalar(int line, Kind kind, String text, String shown) implements YamlNode {
    @Override
    public String kindName() {
      return kind.description;
    }

    @Override
    public String toString() {
      return shown;
    }
  }

  /** A list. */
  record Sequence(int line, List<YamlNode> items) implements YamlNode {
    @Override
    public String kindName() {
      return "a list";
    }
  }

  /** A map, in the order of the file. */
  record Mapping(int line, Map<String, Entry> entries) implements YamlNode {
    @Override
    public String kindName() {
      return "a map";
    }
  }

  /** A map's value, and the line of its key. */
  record Entry(int keyLine, YamlNode value) {}

  /** Something whose problem was reported already. */
  record Invalid(int line) implements YamlNode {
    @Override
    public String kindName() {
      return "not readable";
    }
  }
}
