package io.leat.app.engine;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has Leat's metrics show what the tasks of {@code detect} jobs tell: {@code
 * leat_detector_late_total}, over the tasks' restarts, and {@code leat_detect_lag_seconds}.
 * Thread-safe; made by Flink.
 */
public final class DetectMetrics implements MetricReporter {
  private static final String LATE = "late";
  private static final String LAG = "lag";
  private static final String DETECTOR = "<detector>";
  private static final String STREAM = "<stream>";
  private static final String JOB = "<job_name>";

  /** As Flink makes reporters by their factory's name, there is no other way to them. */
  private static volatile @Nullable MeterRegistry registry;

  private final Map<String, Counts> counts = new ConcurrentHashMap<>();
  private final Map<String, Set<Gauge<?>>> lags = new ConcurrentHashMap<>();

  /** The tasks of one detector. */
  private static final class Counts {
    private final Set<Counter> running = ConcurrentHashMap.newKeySet();
    private final AtomicLong ended = new AtomicLong();

    double sum() {
      return ended.get() + running.stream().mapToLong(Counter::getCount).sum();
    }

    void end(Counter counter) {
      if (running.remove(counter)) {
        ended.addAndGet(counter.getCount());
      }
    }
  }

  /** Makes it; named in Flink's options. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new DetectMetrics();
    }
  }

  /** What is told in this process goes there from now on. */
  public static void reportTo(MeterRegistry meters) {
    registry = meters;
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    MeterRegistry meters = registry;
    if (meters == null) {
      return;
    }
    if (isLate(metric, name, group)) {
      counts
          .computeIfAbsent(of(group, DETECTOR), any -> late(group, meters))
          .running
          .add((Counter) metric);
    } else if (isLag(metric, name, group)) {
      lags.computeIfAbsent(of(group, STREAM), any -> lag(group, meters)).add((Gauge<?>) metric);
    }
  }

  private static boolean isLate(Metric metric, String name, MetricGroup group) {
    return name.equals(LATE)
        && metric instanceof Counter
        && group.getAllVariables().containsKey(DETECTOR);
  }

  private static boolean isLag(Metric metric, String name, MetricGroup group) {
    return name.equals(LAG)
        && metric instanceof Gauge
        && group.getAllVariables().containsKey(STREAM);
  }

  /** A job's detector or stream. */
  private static String of(MetricGroup group, String variable) {
    return group.getAllVariables().get(JOB) + "/" + group.getAllVariables().get(variable);
  }

  private static Counts late(MetricGroup group, MeterRegistry meters) {
    Counts counts = new Counts();
    FunctionCounter.builder("leat_detector_late", counts, Counts::sum)
        .description("Events that came too late to be on time")
        .tag("job", String.valueOf(group.getAllVariables().get(JOB)))
        .tag("detector", String.valueOf(group.getAllVariables().get(DETECTOR)))
        .register(meters);
    return counts;
  }

  private static Set<Gauge<?>> lag(MetricGroup group, MeterRegistry meters) {
    Set<Gauge<?>> tasks = ConcurrentHashMap.newKeySet();
    TimeGauge.builder("leat_detect_lag", tasks, TimeUnit.MILLISECONDS, DetectMetrics::longest)
        .description("How far behind the present the detectors of a stream judge")
        .tag("job", String.valueOf(group.getAllVariables().get(JOB)))
        .tag("stream", String.valueOf(group.getAllVariables().get(STREAM)))
        .strongReference(true)
        .register(meters);
    return tasks;
  }

  private static double longest(Set<Gauge<?>> tasks) {
    return tasks.stream()
        .map(Gauge::getValue)
        .filter(Number.class::isInstance)
        .mapToDouble(value -> ((Number) value).doubleValue())
        .max()
        .orElse(Double.NaN);
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    if (isLate(metric, name, group)) {
      Counts known = counts.get(of(group, DETECTOR));
      if (known != null) {
        known.end((Counter) metric);
      }
    } else if (isLag(metric, name, group)) {
      lags.getOrDefault(of(group, STREAM), Set.of()).removeIf(task -> task == metric);
    }
  }
}
