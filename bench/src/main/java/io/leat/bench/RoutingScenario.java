package io.leat.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.rules.incident.EventPattern;
import io.leat.rules.incident.EventPatterns;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import software.amazon.event.ruler.Machine;

/**
 * 07: which of {@value #RULES} rules an alert matches, by the pattern library itself and by the
 * product's route table, over the same rules and the same alerts, as parsed JSON.
 */
final class RoutingScenario implements Scenario {
  private static final int RULES = 1_000;
  private static final int ALERTS = 1_000;

  /** Matching is judged over this share of the other scenarios' events. */
  private static final int SHARE = 4;

  /** The two take turns within a round, so that what else the machine does hits both. */
  private static final int TURNS = 50;

  /**
   * Each has its rules so often, for one turn after the other: where in memory they happen to lie
   * makes the same library up to 4 % slower or faster.
   */
  private static final int COPIES = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What rules look at; each has {@value #RULES} of them, of which an alert matches one. */
  enum Kind {
    EXACT("{'detail': {'key': ['device-%1$d']}}"),
    PREFIX("{'detail': {'site': [{'prefix': 'site-%1$d-'}]}}"),
    NUMERIC("{'detail': {'values': {'level': [{'numeric': ['>=', %1$d, '<', %2$d]}]}}}"),
    ANYTHING_BUT(
        "{'detail': {'severity': [{'anything-but': ['info', 'warning']}], 'key': ['device-%1$d']}}"),
    WILDCARD("{'detail': {'site': [{'wildcard': 'site-%1$d-*-pump'}]}}"),
    ARRAYS("{'detail': {'parts': {'name': ['part-%1$d'], 'state': ['broken']}}}");

    private final String pattern;

    Kind(String pattern) {
      this.pattern = pattern.replace('\'', '"');
    }

    String rule(int number) {
      return String.format(Locale.ROOT, pattern, number, number + 1);
    }

    /** As in the report. */
    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Says which rules an alert matches. */
  @FunctionalInterface
  private interface Matcher {
    List<String> matching(JsonNode alert);
  }

  /** One of the two, with what it took in the round. */
  private static final class Runner {
    final List<Matcher> copies = new ArrayList<>();
    private long wall;
    private long cpu;
    private long matched;

    void begin() {
      wall = 0;
      cpu = 0;
      matched = 0;
    }

    void match(int turn, List<JsonNode> alerts, long from, long to) {
      Matcher matcher = copies.get(turn % COPIES);
      var threads = ManagementFactory.getThreadMXBean();
      long cpuBefore = threads.getCurrentThreadCpuTime();
      long before = System.nanoTime();
      for (long i = from; i < to; i++) {
        matched += matcher.matching(alerts.get((int) (i % ALERTS))).size();
      }
      wall += System.nanoTime() - before;
      cpu += threads.getCurrentThreadCpuTime() - cpuBefore;
    }
  }

  private final Options options;
  private final Kind kind;
  private final boolean isOurs;
  private final Runner mine;
  private final Runner other;
  private final List<JsonNode> alerts = alerts();

  private RoutingScenario(Options options, Kind kind, boolean isOurs, Runner mine, Runner other) {
    this.options = options;
    this.kind = kind;
    this.isOurs = isOurs;
    this.mine = mine;
    this.other = other;
  }

  /** The library by itself, and what the product routes by: measured in this order. */
  static List<RoutingScenario> pair(Options options, Kind kind) throws Exception {
    Runner bare = new Runner();
    Runner ours = new Runner();
    for (int copy = 0; copy < COPIES; copy++) {
      boolean isBareFirst = copy % 2 == 0;
      if (isBareFirst) {
        bare.copies.add(library(kind));
      }
      ours.copies.add(routes(kind));
      if (!isBareFirst) {
        bare.copies.add(library(kind));
      }
    }
    return List.of(
        new RoutingScenario(options, kind, false, bare, ours),
        new RoutingScenario(options, kind, true, ours, bare));
  }

  private static Matcher library(Kind kind) throws Exception {
    Machine machine = Machine.builder().build();
    for (int rule = 0; rule < RULES; rule++) {
      machine.addRule("rule-" + rule, kind.rule(rule));
    }
    return machine::rulesForJSONEvent;
  }

  private static Matcher routes(Kind kind) throws Exception {
    Map<String, EventPattern> patterns = new LinkedHashMap<>();
    for (int rule = 0; rule < RULES; rule++) {
      patterns.put("rule-" + rule, EventPattern.compile(kind.rule(rule)));
    }
    return new EventPatterns(patterns)::matching;
  }

  /** As detectors say them, inside what EventBridge's patterns expect around them. */
  private static List<JsonNode> alerts() {
    Random random = new Random(7);
    List<JsonNode> alerts = new ArrayList<>();
    for (int i = 0; i < ALERTS; i++) {
      int number = random.nextInt(RULES);
      ObjectNode event = JSON.createObjectNode();
      event.put("source", "leat.devices").put("detail-type", "incident");
      ObjectNode alert = event.putObject("detail");
      alert.put("id", Long.toHexString(random.nextLong())).put("state", "firing");
      alert.put("blueprint", "devices").put("detector", "overheating").put("kind", "threshold");
      alert.put("stream", "telemetry").put("key", "device-" + number).put("severity", "critical");
      alert.put("site", "site-" + number + "-hall-" + random.nextInt(20) + "-pump");
      alert.put("summary", "device-" + number + " is at 91.5 degrees");
      alert.putObject("values").put("level", number + 0.5).put("count", 3);
      alert.putObject("labels").put("team", "field").put("region", "eu-" + random.nextInt(9));
      ArrayNode parts = alert.putArray("parts");
      for (int part = 0; part < 4; part++) {
        // One of them is broken; the others have the names that other rules look for.
        parts
            .addObject()
            .put("name", "part-" + (number + part) % RULES)
            .put("state", part == 0 ? "broken" : "well");
      }
      alerts.add(event);
    }
    return alerts;
  }

  @Override
  public String id() {
    return "07";
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT,
        "%s: %,d rules, %s",
        kind.text(),
        RULES,
        isOurs ? "Leat's routes" : "the pattern library");
  }

  /** What both are called that are held against each other. */
  String pair() {
    return kind.text();
  }

  boolean isOurs() {
    return isOurs;
  }

  @Override
  public void prepare() {
    for (JsonNode alert : alerts) {
      for (Matcher matcher : mine.copies) {
        List<String> matching = matcher.matching(alert);
        if (matching.size() != 1) {
          throw new IllegalStateException(title() + ": " + matching + " match " + alert);
        }
      }
    }
  }

  /** Both at once, when the first of them is asked. */
  @Override
  public Measurement measure(String run) {
    long events = Math.max(ALERTS, options.events() / SHARE);
    if (!isOurs) {
      mine.begin();
      other.begin();
      for (int turn = 0; turn < TURNS; turn++) {
        long from = events * turn / TURNS;
        long to = events * (turn + 1) / TURNS;
        (turn % 2 == 0 ? mine : other).match(turn, alerts, from, to);
        (turn % 2 == 0 ? other : mine).match(turn, alerts, from, to);
      }
    }
    if (mine.matched != events) {
      throw new IllegalStateException(title() + ": " + mine.matched + " of " + events + " matched");
    }
    return new Measurement(
        events,
        Duration.ofNanos(mine.wall),
        Duration.ofNanos(mine.cpu),
        String.format(Locale.ROOT, "%,d ns an alert", mine.wall / events));
  }
}
