package io.leat.stream.detect;

import io.leat.stream.detect.DetectJob.Clocks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.table.data.RowData;

/**
 * The part of the {@code detect} job for silences. Each detector has tasks of its own, which see of
 * an event of any of its streams that it came, and when; their time is the accepting time of the
 * stream that is furthest behind.
 */
final class Silences {
  /** By the detector's name. */
  private final Map<String, Detector> detectors = new LinkedHashMap<>();

  /** By stream. */
  private final Map<String, Life> lives = new LinkedHashMap<>();

  private record Detector(DetectPlan.Versioned versioned, AlertOrigin origin) {}

  private record Life(DataStream<SignOfLife> signs, Clocks clocks) {}

  /**
   * @throws IllegalArgumentException if a stream of such a detector has no plan with it
   */
  Silences(List<DetectPlan> plans) {
    for (DetectPlan plan : plans) {
      for (DetectPlan.Versioned one : plan.detectors()) {
        if (DetectPlan.isSilence(one)) {
          detectors
              .computeIfAbsent(
                  one.spec().name(),
                  name ->
                      new Detector(
                          one,
                          new AlertOrigin(
                              plan.blueprint(), plan.blueprintVersion(), new TreeMap<>())))
              .origin()
              .streams()
              .put(plan.stream().topic(), plan.stream().stream());
        }
      }
    }
    detectors.forEach(Silences::requirePlans);
  }

  private static void requirePlans(String name, Detector detector) {
    Set<String> without = new TreeSet<>(detector.versioned().spec().streams());
    without.removeAll(detector.origin().streams().values());
    if (!without.isEmpty()) {
      throw new IllegalArgumentException(
          name + " reads streams whose plans do not have it: " + without);
    }
  }

  /** The clean rows of a stream; nothing is done with them when no silence reads it. */
  void add(
      DetectPlan plan, DataStream<RowData> rows, DataStream<TimedMarker> markers, Clocks clocks) {
    if (plan.detectors().stream().anyMatch(DetectPlan::isSilence)) {
      String name = "life-" + plan.stream().stream();
      DataStream<SignOfLife> signs =
          rows.connect(markers.broadcast())
              .transform(
                  name, TypeInformation.of(SignOfLife.class), new LifeOperator(plan.stream()))
              .setParallelism(1)
              .name(name)
              .uid(name);
      lives.put(plan.stream().stream(), new Life(signs, clocks));
    }
  }

  /** What these detectors say. */
  List<DataStream<Said>> detect() {
    List<DataStream<Said>> said = new ArrayList<>();
    detectors.forEach((name, detector) -> said.addAll(detect(name, detector)));
    return said;
  }

  private List<DataStream<Said>> detect(String name, Detector detector) {
    DetectPlan.Versioned versioned = detector.versioned();
    Life all = null;
    int tasks = 1;
    for (String stream : versioned.spec().streams()) {
      Life one = lives.get(stream);
      if (one != null) {
        tasks = Math.max(tasks, one.clocks().tasks());
        all =
            all == null
                ? one
                : new Life(all.signs().union(one.signs()), all.clocks().and(one.clocks()));
      }
    }
    if (all == null) {
      throw new IllegalStateException(name + " has no rows of its streams");
    }
    List<DetectPlan.Versioned> alone = List.of(versioned);
    SingleOutputStreamOperator<Said> detected =
        DetectJob.detect(
            "silence-" + name,
            all.signs().keyBy(sign -> sign.key, Types.STRING),
            new DetectOperator<>(
                detector.origin(),
                alone,
                new EventReading.Lives(detector.origin().streams()),
                all.clocks().tasks()),
            all.clocks(),
            tasks);
    return List.of(
        detected, gate("silence-gate-" + name, detected, detector.origin(), alone, all.clocks()));
  }

  /** One task for all keys, behind those that judge them. */
  private static DataStream<Said> gate(
      String name,
      SingleOutputStreamOperator<Said> detected,
      AlertOrigin origin,
      List<DetectPlan.Versioned> detectors,
      Clocks clocks) {
    return detected
        .getSideOutput(DetectOperator.SIGNS)
        .connect(clocks.caughtUp().broadcast())
        .transform(
            name,
            TypeInformation.of(Said.class),
            new SilenceGate(origin, detectors, clocks.tasks(), detected.getParallelism()))
        .setParallelism(1)
        .name(name)
        .uid(name);
  }
}
