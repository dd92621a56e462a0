package io.leat.app.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Real series of readings as telemetry of machines of today: each series ends at the given time,
 * its intervals kept, the original time in {@code source_time}. All series advance together. Owned
 * by one thread.
 */
final class SeriesReplay implements RecordFeed {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", java.util.Locale.ROOT);

  private final List<Series> series;
  private final long size;

  private SeriesReplay(List<Series> series) {
    this.series = series;
    this.size = series.stream().mapToLong(s -> s.readings.size() - s.at).sum();
  }

  /** A line of a CSV file. */
  private record Reading(int line, Instant time, double value) {}

  private static final class Series {
    private final String device;
    private final String property;
    private final String run;
    private final List<Reading> readings;
    private final Duration shift;
    private final int first;
    private int at;

    Series(Map<?, ?> entry, List<Reading> readings, String run, Instant end, double share)
        throws IOException {
      this.device = String.valueOf(entry.get("device_id"));
      this.property = String.valueOf(entry.get("property"));
      double scale = number(entry, "scale");
      double offset = number(entry, "offset");
      this.readings =
          readings.stream()
              .map(r -> new Reading(r.line(), r.time(), r.value() * scale + offset))
              .toList();
      Instant last =
          readings.stream().map(Reading::time).max(Comparator.naturalOrder()).orElse(end);
      this.run = run;
      this.shift = Duration.between(last, end);
      this.first = (int) Math.round(readings.size() * (1 - share));
      this.at = first;
    }

    boolean hasNext() {
      return at < readings.size();
    }

    double progress() {
      return (double) (at - first) / (readings.size() - first);
    }

    DemoRecord next() {
      Reading reading = readings.get(at++);
      String line =
          new JsonLine()
              .text("event_id", device + "-" + run + "-" + reading.line())
              .text("device_id", device)
              .text("ts", FleetMessages.text(reading.time().plus(shift)))
              .text("source_time", FleetMessages.text(reading.time()))
              .number(property, reading.value())
              .text();
      return new DemoRecord(
          "telemetry", device, line.getBytes(StandardCharsets.UTF_8), Fate.PROCESSED);
    }
  }

  private static double number(Map<?, ?> entry, String name) throws IOException {
    if (entry.get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IOException("samples.yaml: '" + name + "' of a series must be a number");
  }

  /**
   * Reads the series that {@code samples/samples.yaml} of a blueprint names.
   *
   * @param blueprint the blueprint's folder
   * @param run part of every event id
   * @param end the time of each series' last reading
   * @param share how much of each series to replay, from its end: up to 1
   */
  static SeriesReplay load(Path blueprint, String run, Instant end, double share)
      throws IOException {
    Path samples = blueprint.resolve("samples");
    Path file = samples.resolve("samples.yaml");
    Object document =
        new Load(LoadSettings.builder().setLabel(file.toString()).build())
            .loadFromString(Files.readString(file));
    if (!(document instanceof Map<?, ?> map) || !(map.get("series") instanceof List<?> entries)) {
      throw new IOException(file + " has no list 'series'");
    }
    List<Series> series = new ArrayList<>();
    for (Object entry : entries) {
      if (!(entry instanceof Map<?, ?> fields)) {
        throw new IOException(file + ": an entry of 'series' is not a mapping");
      }
      Path csv = samples.resolve(String.valueOf(fields.get("file")));
      series.add(new Series(fields, readings(csv), run, end, share));
    }
    return new SeriesReplay(series);
  }

  @Override
  public boolean hasNext() {
    return series.stream().anyMatch(Series::hasNext);
  }

  @Override
  public long size() {
    return size;
  }

  /** Of the series that lags most behind the others. */
  @Override
  public DemoRecord next() {
    return series.stream()
        .filter(Series::hasNext)
        .min(Comparator.comparingDouble(Series::progress))
        .orElseThrow()
        .next();
  }

  private static List<Reading> readings(Path csv) throws IOException {
    List<Reading> readings = new ArrayList<>();
    List<String> lines = Files.readAllLines(csv);
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      int comma = line.indexOf(',');
      if (line.isBlank()) {
        continue;
      }
      if (comma < 0) {
        throw new IOException(csv + ":" + (i + 1) + ": 'timestamp,value' was expected");
      }
      readings.add(
          new Reading(
              i + 1,
              LocalDateTime.parse(line.substring(0, comma), TIMESTAMP).toInstant(ZoneOffset.UTC),
              Double.parseDouble(line.substring(comma + 1))));
    }
    return readings;
  }
}
