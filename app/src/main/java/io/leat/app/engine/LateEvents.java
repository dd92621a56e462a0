package io.leat.app.engine;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has Leat's metrics show what the tasks of {@code detect} jobs count: {@code
 * leat_detector_late_total}, over the tasks' restarts. Thread-safe; made by Flink.
 */
public final class LateEvents implements MetricReporter {
  private static final String COUNTER = "late";
  private static final String DETECTOR = "<detector>";
  private static final String JOB = "<job_name>";

  /** As Flink makes reporters by their factory's name, there is no other way to them. */
  private static volatile @Nullable MeterRegistry registry;

  private final Map<String, Counts> counts = new ConcurrentHashMap<>();

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
      return new LateEvents();
    }
  }

  /** Counts of this process go there from now on. */
  public static void reportTo(MeterRegistry meters) {
    registry = meters;
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    String detector = group.getAllVariables().get(DETECTOR);
    MeterRegistry meters = registry;
    if (detector == null || meters == null || !name.equals(COUNTER)) {
      return;
    }
    String job = String.valueOf(group.getAllVariables().get(JOB));
    counts
        .computeIfAbsent(job + "/" + detector, any -> register(job, detector, meters))
        .running
        .add((Counter) metric);
  }

  private static Counts register(String job, String detector, MeterRegistry meters) {
    Counts counts = new Counts();
    FunctionCounter.builder("leat_detector_late", counts, Counts::sum)
        .description("Events that came too late to be on time")
        .tag("job", job)
        .tag("detector", detector)
        .register(meters);
    return counts;
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    String detector = group.getAllVariables().get(DETECTOR);
    Counts known =
        detector == null || !name.equals(COUNTER)
            ? null
            : counts.get(group.getAllVariables().get(JOB) + "/" + detector);
    if (known != null) {
      known.end((Counter) metric);
    }
  }
}
