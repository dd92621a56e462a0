package io.leat.app.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.junit.jupiter.api.Test;

class DetectMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  /** Of one task, as Flink hands it to reporters. */
  private static final class Task extends UnregisteredMetricsGroup {
    private final Map<String, String> variables;

    Task(Map<String, String> variables) {
      this.variables = variables;
    }

    @Override
    public Map<String, String> getAllVariables() {
      return variables;
    }
  }

  @Test
  void aDetectorsDetectMetricsAreCountedOverItsTasksAndTheirRestarts() {
    DetectMetrics.reportTo(registry);
    MetricReporter reporter = new DetectMetrics.Factory().createMetricReporter(new Properties());
    Task task = new Task(Map.of("<job_name>", "devices-detect", "<detector>", "overheating"));
    SimpleCounter first = new SimpleCounter();
    SimpleCounter second = new SimpleCounter();
    reporter.notifyOfAddedMetric(first, "late", task);
    reporter.notifyOfAddedMetric(second, "late", task);
    first.inc(3);
    second.inc(4);
    assertThat(late("overheating")).isEqualTo(7);

    reporter.notifyOfRemovedMetric(first, "late", task);
    reporter.notifyOfRemovedMetric(first, "late", task);
    assertThat(late("overheating")).as("what ended is still counted, once").isEqualTo(7);

    SimpleCounter again = new SimpleCounter();
    reporter.notifyOfAddedMetric(again, "late", task);
    again.inc();
    assertThat(late("overheating")).isEqualTo(8);
  }

  @Test
  void whatIsNoDetectorsOrNoCountOfDetectMetricsIsNotTold() {
    DetectMetrics.reportTo(registry);
    MetricReporter reporter = new DetectMetrics.Factory().createMetricReporter(new Properties());

    reporter.notifyOfAddedMetric(new SimpleCounter(), "late", new Task(Map.of()));
    reporter.notifyOfAddedMetric(
        new SimpleCounter(), "numRecordsIn", new Task(Map.of("<detector>", "overheating")));
    reporter.notifyOfRemovedMetric(
        new SimpleCounter(), "late", new Task(Map.of("<detector>", "unknown")));

    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void theLagOfAStreamIsThatOfItsTaskThatIsFurthestBehind() {
    DetectMetrics.reportTo(registry);
    MetricReporter reporter = new DetectMetrics.Factory().createMetricReporter(new Properties());
    Task task = new Task(Map.of("<job_name>", "devices-detect", "<stream>", "telemetry"));
    Gauge<Double> first = () -> 1_500.0;
    Gauge<Double> second = () -> 40_000.0;
    reporter.notifyOfAddedMetric(first, "lag", task);
    reporter.notifyOfAddedMetric(second, "lag", task);
    assertThat(lag()).isEqualTo(40);

    reporter.notifyOfRemovedMetric(second, "lag", task);
    assertThat(lag()).isEqualTo(1.5);
    reporter.notifyOfRemovedMetric(first, "lag", task);
    assertThat(lag()).as("nobody tells").isNaN();
  }

  private double lag() {
    return registry
        .get("leat_detect_lag")
        .tag("job", "devices-detect")
        .tag("stream", "telemetry")
        .timeGauge()
        .value(TimeUnit.SECONDS);
  }

  private double late(String detector) {
    return registry
        .get("leat_detector_late")
        .tag("job", "devices-detect")
        .tag("detector", detector)
        .functionCounter()
        .count();
  }
}
