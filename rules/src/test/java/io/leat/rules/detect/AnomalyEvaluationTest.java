package io.leat.rules.detect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/**
 * Runs the anomaly detector over the labelled series of the devices blueprint, beside a plain
 * z-score, and prints the table of docs/concepts/anomaly-detection.md. Which series it was tuned
 * on, and how it is scored, was fixed before: anomaly/evaluation.properties.
 */
class AnomalyEvaluationTest {
  private static final Path SERIES = Path.of("../blueprints/devices/samples/nab");
  private static final Path DOCUMENT = Path.of("../docs/concepts/anomaly-detection.md");

  /** How it is declared: the tuned one, and a calmer one that was in the first design. */
  private record Setting(double sensitivity, int count) {
    static final Setting TUNED = new Setting(5, 1);
    static final Setting CALM = new Setting(6, 3);
  }

  private static final String BEGINNING = "<!-- written by AnomalyEvaluationTest -->";
  private static final String END = "<!-- to here -->";

  /** The best from 2 to 6, with 1, 2 or 3 readings in a row, on the series for tuning. */
  private static final double Z_BOUND = 4.5;

  private record Reading(long time, double value) {}

  private record Window(long from, long to) {
    boolean contains(long time) {
      return time >= from && time <= to;
    }
  }

  private record Series(String name, List<Reading> readings, List<Window> windows) {}

  /** Of one detector on one series. */
  private record Score(
      int episodes, int trueOnes, int windows, int found, Duration delay, double falseAMonth) {
    double precision() {
      return episodes == 0 ? 0 : (double) trueOnes / episodes;
    }

    double recall() {
      return (double) found / windows;
    }

    double f1() {
      double sum = precision() + recall();
      return sum == 0 ? 0 : 2 * precision() * recall() / sum;
    }

    String line(String series, String detector) {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %.2f | %.2f | %.2f | %s | %.1f |",
          series,
          detector,
          precision(),
          recall(),
          f1(),
          found == 0 ? "-" : String.format(Locale.ROOT, "%.1f h", delay.toMinutes() / 60.0 / found),
          falseAMonth);
    }
  }

  private static long time(String text) {
    DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    return LocalDateTime.parse(text.substring(0, 19), format).toEpochSecond(ZoneOffset.UTC);
  }

  private static Series series(String name) throws IOException {
    List<Reading> readings = new ArrayList<>();
    List<String> lines = Files.readAllLines(SERIES.resolve(name + ".csv"));
    for (String line : lines.subList(1, lines.size())) {
      int comma = line.indexOf(',');
      readings.add(new Reading(time(line), Double.parseDouble(line.substring(comma + 1))));
    }
    JsonNode labels = new ObjectMapper().readTree(SERIES.resolve("windows.json").toFile());
    List<Window> windows = new ArrayList<>();
    for (JsonNode window : labels.path(name + ".csv")) {
      windows.add(new Window(time(window.path(0).asText()), time(window.path(1).asText())));
    }
    return new Series(name, readings, windows);
  }

  private static List<Long> ours(Series series, Setting setting, Properties how) {
    DetectorKind.Anomaly kind =
        new DetectorKind.Anomaly(
            "telemetry",
            "temperature",
            Duration.parse(how.getProperty("season")),
            setting.sensitivity,
            setting.count,
            Duration.parse(how.getProperty("learn")));
    TestingKeys keys = new TestingKeys(TestingKeys.detector(kind));
    long offset = 0;
    for (Reading reading : series.readings) {
      double at = reading.time - TestingKeys.START;
      Double value = reading.value;
      keys.judge(TestingKeys.observation("k", offset++, at, at, at, TestingKeys.row(null, value)));
    }
    List<Long> episodes = new ArrayList<>();
    keys.told.stream()
        .filter(t -> t.state() == io.leat.rules.alert.Alert.State.FIRING)
        .forEach(t -> episodes.add(t.startedAt() / 1_000_000));
    return episodes;
  }

  private static List<Long> zScore(Series series, Properties how) {
    long learn = Duration.parse(how.getProperty("learn")).toSeconds();
    long start = series.readings.get(0).time;
    List<Long> episodes = new ArrayList<>();
    long seen = 0;
    double mean = 0;
    double squares = 0;
    int odd = 0;
    int even = 0;
    boolean isFiring = false;
    for (Reading reading : series.readings) {
      if (reading.time - start >= learn) {
        boolean isOdd = Math.abs(reading.value - mean) > Z_BOUND * Math.sqrt(squares / seen);
        odd = isOdd ? odd + 1 : 0;
        even = isOdd ? 0 : even + 1;
        if (!isFiring && odd >= 1) {
          isFiring = true;
          episodes.add(reading.time);
        } else if (isFiring && even >= 3) {
          isFiring = false;
        }
      }
      seen++;
      double distance = reading.value - mean;
      mean += distance / seen;
      squares += distance * (reading.value - mean);
    }
    return episodes;
  }

  private static Score score(Series series, List<Long> episodes) {
    int trueOnes = 0;
    for (long episode : episodes) {
      trueOnes += series.windows.stream().anyMatch(w -> w.contains(episode)) ? 1 : 0;
    }
    int found = 0;
    long delay = 0;
    long inWindows = 0;
    for (Window window : series.windows) {
      inWindows += window.to - window.from;
      long first = episodes.stream().filter(window::contains).findFirst().orElse(-1L);
      if (first >= 0) {
        found++;
        delay += first - window.from;
      }
    }
    List<Reading> readings = series.readings;
    long outside = readings.get(readings.size() - 1).time - readings.get(0).time - inWindows;
    double months = outside / (double) Duration.ofDays(30).toSeconds();
    return new Score(
        episodes.size(),
        trueOnes,
        series.windows.size(),
        found,
        Duration.ofSeconds(delay),
        (episodes.size() - trueOnes) / months);
  }

  private static Properties properties() throws IOException {
    Properties how = new Properties();
    try (InputStream in =
        Objects.requireNonNull(
            AnomalyEvaluationTest.class.getResourceAsStream("/anomaly/evaluation.properties"))) {
      how.load(in);
    }
    return how;
  }

  private static Score of(Map<String, Score> scores, String name) {
    return Objects.requireNonNull(scores.get(name));
  }

  @Test
  void labelledFailuresAreFoundWithFewFalseAlarms() throws IOException {
    Properties how = properties();
    Map<String, Score> ours = new LinkedHashMap<>();
    Map<String, Score> plain = new LinkedHashMap<>();
    List<String> table = new ArrayList<>();
    table.add(
        "| series | detector | precision | recall | F1 | mean delay | false alarms a month |");
    table.add("|---|---|---|---|---|---|---|");
    for (String group : List.of("tuning", "reported")) {
      for (String name : how.getProperty(group).split(" ", -1)) {
        Series series = series(name);
        ours.put(name, score(series, ours(series, Setting.TUNED, how)));
        plain.put(name, score(series, zScore(series, how)));
        String label = name + " (" + group + ")";
        table.add(of(ours, name).line(label, "anomaly, sensitivity 5, count 1"));
        Score calm = score(series, ours(series, Setting.CALM, how));
        table.add(calm.line(label, "anomaly, sensitivity 6, count 3"));
        table.add(of(plain, name).line(label, "z-score, bound 4.5"));
      }
    }
    System.out.println(String.join("\n", table));
    ours.forEach(
        (name, score) ->
            assertThat(score.f1()).as(name).isGreaterThanOrEqualTo(of(plain, name).f1()));
    assertThat(of(ours, "machine_temperature_system_failure").f1()).isGreaterThan(0.75);
    assertThat(of(ours, "ec2_request_latency_system_failure").f1()).isEqualTo(1);
    assertThat(of(ours, "ambient_temperature_system_failure").recall()).isEqualTo(1);
    List<String> document = new ArrayList<>(Files.readAllLines(DOCUMENT));
    if (Boolean.getBoolean("leat.docs.write")) {
      int at = document.indexOf(BEGINNING) + 1;
      document.subList(at, document.indexOf(END)).clear();
      document.addAll(at, table);
      Files.write(DOCUMENT, document);
    }
    assertThat(document).containsSubsequence(table);
  }
}
