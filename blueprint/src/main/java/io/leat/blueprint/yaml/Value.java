package io.leat.blueprint.yaml;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value of a document, given its type by the method that reads it. What does not fit becomes a
 * problem, and the method answers its fallback, so that reading goes on. Not thread-safe.
 */
public final class Value {
  private static final String SPANS = "Write a number with a unit: 250ms, 90s, 10m, 24h, 7d.";
  private static final String SIZES = "Write a number with a unit: 512B, 64KiB, 5MiB, 2GiB, 1TiB.";

  private final Section.Source source;
  private final String path;
  private final int line;
  private final @Nullable YamlNode node;

  Value(Section.Source source, String path, int line, @Nullable YamlNode node) {
    this.source = source;
    this.path = path;
    this.line = line;
    this.node = node;
  }

  /** Whether the document has it. */
  public boolean isPresent() {
    return node != null;
  }

  /** Whether it is one plain value, neither map nor list. */
  public boolean isScalar() {
    return node instanceof YamlNode.Scalar;
  }

  /** Where it stands in the document: {@code streams.telemetry.key}. */
  public String path() {
    return path;
  }

  /** The file that it stands in, as problems name it. */
  public String file() {
    return source.file();
  }

  /** Its line, from 1; when it is absent, the line of the section that might hold it. */
  public int line() {
    return node == null || node.line() == 0 ? line : node.line();
  }

  /** Adds a problem with this value. */
  public void problem(String message, String remedy) {
    source.problem(line(), path, message, remedy);
  }

  /** A text with at least one character that is not blank. */
  public String text(String fallback) {
    String text = textOrNull();
    return text == null ? fallback : text;
  }

  /** As {@link #text}, null when it is absent or wrong. */
  public @Nullable String textOrNull() {
    YamlNode.Scalar scalar = scalar("text");
    if (scalar == null) {
      return null;
    }
    if (scalar.kind() != YamlNode.Kind.TEXT && scalar.kind() != YamlNode.Kind.REFERENCE) {
      problem(
          "'" + scalar.shown() + "' is " + scalar.kindName() + ", not text.", "Put it in quotes.");
      return null;
    }
    if (scalar.text().isBlank()) {
      problem("is blank.", "Remove it or give it a value.");
      return null;
    }
    if (scalar.text().indexOf('\0') >= 0) {
      problem("has a NUL character.", "Remove it.");
      return null;
    }
    return scalar.text();
  }

  /**
   * A path; null when it is absent or wrong.
   *
   * @param base where it starts from unless it is absolute
   */
  public @Nullable Path path(Path base) {
    String text = textOrNull();
    if (text == null) {
      return null;
    }
    try {
      return base.resolve(text).normalize();
    } catch (InvalidPathException e) {
      problem("'" + shown() + "' is not a path.", "");
      return null;
    }
  }

  /** A text, number or boolean, as it is written: for settings that are passed on. */
  public String plain(String fallback) {
    YamlNode.Scalar scalar = scalar("text");
    return scalar == null ? fallback : scalar.text();
  }

  /**
   * A text of a given form.
   *
   * @param form what it must be, for the message: {@code a lower-case name}
   * @param remedy how it looks, a sentence
   */
  public @Nullable String textLike(Pattern pattern, String form, String remedy) {
    String text = textOrNull();
    if (text != null && !pattern.matcher(text).matches()) {
      problem("'" + shown() + "' is not " + form + ".", remedy);
      return null;
    }
    return text;
  }

  /**
   * The name of a secret, {@code ${secret:NAME}}, which is resolved where it is used; null when it
   * is absent or the secret itself stands there.
   */
  public @Nullable String secret() {
    if (isMissing("the name of a secret")) {
      return null;
    }
    if (isSecret()) {
      return shown();
    }
    // Without the value: it may be the secret.
    problem("is not the name of a secret.", "Write ${secret:NAME}.");
    return null;
  }

  /** Whether it is the name of a secret. */
  public boolean isSecret() {
    return node instanceof YamlNode.Scalar scalar && scalar.kind() == YamlNode.Kind.SECRET;
  }

  /** The value as JSON; null when it is absent or a part of it could not be read. */
  public @Nullable JsonNode json() {
    return node == null ? null : YamlJson.of(node);
  }

  /** The value at a place below this one; as near to it as there is one. */
  public Value at(JsonPointer place) {
    Value nearest = this;
    for (JsonPointer rest = place; !rest.matches(); rest = rest.tail()) {
      Value next = YamlJson.child(source, nearest.path, nearest.node, rest);
      if (next == null) {
        break;
      }
      nearest = next;
    }
    return nearest;
  }

  /** A number from {@code min} to {@code max}. */
  public double decimal(double fallback, int min, int max) {
    YamlNode.Scalar scalar = scalar("a number");
    if (scalar == null) {
      return fallback;
    }
    BigDecimal number = number(scalar);
    if (number == null) {
      problem("'" + scalar.shown() + "' is not a number.", range(min, max));
      return fallback;
    }
    return isWithin(number, min, max) ? number.doubleValue() : fallback;
  }

  /** A whole number from {@code min} to {@code max}. */
  public int integer(int fallback, int min, int max) {
    return Math.toIntExact(whole(fallback, min, max));
  }

  /** A whole number from {@code min} to {@code max}. */
  public long whole(long fallback, long min, long max) {
    YamlNode.Scalar scalar = scalar("a whole number");
    if (scalar == null) {
      return fallback;
    }
    BigDecimal number = number(scalar);
    if (number == null || number.stripTrailingZeros().scale() > 0) {
      problem("'" + scalar.shown() + "' is not a whole number.", range(min, max));
      return fallback;
    }
    return isWithin(number, min, max) ? number.longValueExact() : fallback;
  }

  private boolean isWithin(BigDecimal number, long min, long max) {
    boolean within =
        number.compareTo(BigDecimal.valueOf(min)) >= 0
            && number.compareTo(BigDecimal.valueOf(max)) <= 0;
    if (!within) {
      problem(shown() + " is out of range.", range(min, max));
    }
    return within;
  }

  /** {@code true} or {@code false}. */
  public boolean flag(boolean fallback) {
    YamlNode.Scalar scalar = scalar("true or false");
    if (scalar == null) {
      return fallback;
    }
    String text = scalar.text().toLowerCase(Locale.ROOT);
    boolean typed =
        scalar.kind() == YamlNode.Kind.BOOLEAN || scalar.kind() == YamlNode.Kind.REFERENCE;
    if (!typed || !(text.equals("true") || text.equals("false"))) {
      problem("'" + scalar.shown() + "' is not true or false.", "Write true or false.");
      return fallback;
    }
    return text.equals("true");
  }

  /** A time span such as {@code 250ms}, {@code 90s}, {@code 10m}, {@code 24h} or {@code 7d}. */
  public Duration duration(Duration fallback, Duration min, Duration max) {
    String text = unitText("a time span", SPANS);
    if (text == null) {
      return fallback;
    }
    Duration duration = Units.duration(text);
    if (duration == null) {
      problem("'" + shown() + "' is not a time span.", SPANS);
      return fallback;
    }
    if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
      problem(
          shown() + " is out of range.",
          "Allowed: " + Units.format(min) + " to " + Units.format(max) + ".");
      return fallback;
    }
    return duration;
  }

  /** A number of bytes such as {@code 64KiB} or {@code 5MiB}. */
  public long size(long fallback, long min, long max) {
    String text = unitText("a size", SIZES);
    if (text == null) {
      return fallback;
    }
    long size = Units.size(text);
    if (size < 0) {
      problem("'" + shown() + "' is not a size.", SIZES);
      return fallback;
    }
    if (size < min || size > max) {
      problem(
          shown() + " is out of range.",
          "Allowed: " + Units.formatSize(min) + " to " + Units.formatSize(max) + ".");
      return fallback;
    }
    return size;
  }

  /** One of an enum's constants, written in lower case with hyphens. */
  public <E extends Enum<E>> E oneOf(Class<E> type, E fallback) {
    String text = textOrNull();
    if (text == null) {
      return fallback;
    }
    Map<String, E> constants = new LinkedHashMap<>();
    Arrays.stream(type.getEnumConstants()).forEach(c -> constants.put(nameOf(c), c));
    E found = constants.get(text);
    if (found == null) {
      problem(
          "'" + shown() + "' is none of " + String.join(", ", constants.keySet()) + ".",
          Suggestions.nearest(text, constants.keySet())
              .map(n -> "Did you mean '" + n + "'?")
              .orElse(""));
      return fallback;
    }
    return found;
  }

  /** A constant as a document writes it. */
  public static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it is a list without items. */
  public boolean isEmptyList() {
    return node instanceof YamlNode.Sequence sequence && sequence.items().isEmpty();
  }

  /** A list's items; empty when it is absent or wrong. */
  public List<Value> list(int maxItems) {
    if (isMissing("a list")) {
      return List.of();
    }
    if (!(node instanceof YamlNode.Sequence sequence)) {
      problem(describe() + ", not a list.", "Write [a, b] or lines that start with '- '.");
      return List.of();
    }
    if (sequence.items().size() > maxItems) {
      problem(
          "has " + sequence.items().size() + " items.", "At most " + maxItems + " are allowed.");
    }
    List<Value> items = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      items.add(new Value(source, path + "[" + items.size() + "]", item.line(), item));
    }
    return items;
  }

  /** A map; an absent section when it is absent or wrong. */
  public Section section() {
    if (isMissing("a map")) {
      return Section.absent(source, path, line);
    }
    if (!(node instanceof YamlNode.Mapping mapping)) {
      problem(describe() + ", not a map.", "Write {key: value} or indented 'key: value' lines.");
      return Section.absent(source, path, line);
    }
    return Section.of(source, path, mapping);
  }

  /** A map's values by key, each read by {@code reader}. */
  public <T> Map<String, T> map(Function<Value, T> reader) {
    Map<String, T> map = new LinkedHashMap<>();
    section().values().forEach((key, value) -> map.put(key, reader.apply(value)));
    return map;
  }

  /** What a message may show of a scalar: as written, with nothing from the environment. */
  public String shown() {
    return node instanceof YamlNode.Scalar scalar ? scalar.shown() : "";
  }

  private @Nullable String unitText(String what, String remedy) {
    YamlNode.Scalar scalar = scalar(what);
    if (scalar == null) {
      return null;
    }
    if (scalar.kind() != YamlNode.Kind.TEXT && scalar.kind() != YamlNode.Kind.REFERENCE) {
      problem("'" + scalar.shown() + "' is not " + what + ".", remedy);
      return null;
    }
    return scalar.text();
  }

  private YamlNode.@Nullable Scalar scalar(String wanted) {
    if (isMissing(wanted)) {
      return null;
    }
    if (isSecret()) {
      problem("'" + shown() + "' is a secret, which has no place here.", "Write " + wanted + ".");
      return null;
    }
    if (node instanceof YamlNode.Scalar scalar) {
      return scalar;
    }
    problem(describe() + ", not " + wanted + ".", "");
    return null;
  }

  private boolean isMissing(String wanted) {
    if (node instanceof YamlNode.Scalar scalar && scalar.kind() == YamlNode.Kind.NULL) {
      problem("has no value.", "Give it " + wanted + ", or remove the key.");
      return true;
    }
    return node == null || node instanceof YamlNode.Invalid;
  }

  private String describe() {
    if (node instanceof YamlNode.Scalar scalar) {
      return "'" + scalar.shown() + "' is " + scalar.kindName();
    }
    return node == null ? "is absent" : "is " + node.kindName();
  }

  private static @Nullable BigDecimal number(YamlNode.Scalar scalar) {
    return scalar.kind() == YamlNode.Kind.TEXT || scalar.kind() == YamlNode.Kind.BOOLEAN
        ? null
        : Units.number(scalar.text());
  }

  private static String range(long min, long max) {
    return "Allowed: " + min + " to " + max + ".";
  }
}
