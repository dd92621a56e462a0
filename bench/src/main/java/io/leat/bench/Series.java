package io.leat.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A scenario's measured runs. For one thread. */
final class Series {
  private final Scenario scenario;
  private final List<Measurement> runs = new ArrayList<>();

  Series(Scenario scenario) {
    this.scenario = scenario;
  }

  Scenario scenario() {
    return scenario;
  }

  void add(Measurement run) {
    runs.add(run);
  }

  List<Measurement> runs() {
    return List.copyOf(runs);
  }

  /** A percentile of the answers, in milliseconds; null when nobody was answered. */
  @Nullable Spread latency(ToDoubleFunction<Measurement.Latency> percentile) {
    return runs.isEmpty() || runs.get(0).latency() == null
        ? null
        : spread(run -> percentile.applyAsDouble(Objects.requireNonNull(run.latency())));
  }

  /** The middle of the runs, and how far they lie apart. */
  record Spread(double median, double min, double max) {}

  Spread spread(ToDoubleFunction<Measurement> value) {
    return of(runs.stream().mapToDouble(value));
  }

  /** How many times the value of another that was measured in the same rounds. */
  Spread times(Series other, ToDoubleFunction<Measurement> value) {
    return of(
        IntStream.range(0, runs.size())
            .mapToDouble(
                i -> value.applyAsDouble(runs.get(i)) / value.applyAsDouble(other.runs.get(i))));
  }

  private static Spread of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }
}
