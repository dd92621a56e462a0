package io.leat.app.detect;

import io.leat.blueprint.Blueprint;
import io.leat.rules.detect.DetectorSpec;
import io.leat.stream.StreamPlan;
import io.leat.stream.detect.DetectPlan;
import io.leat.stream.hot.HotTablePlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * What a blueprint's {@code detect} job does.
 *
 * @param blueprint the blueprint's name
 * @param plans of the streams that detectors or tables read; empty when there is nothing to do
 * @param tables what each table of newest states keeps of each of its streams
 */
public record Detection(String blueprint, List<DetectPlan> plans, List<HotTablePlan> tables) {
  private static final int VERSION_BYTES = 8;

  public Detection {
    plans = List.copyOf(plans);
    tables = List.copyOf(tables);
  }

  /**
   * Whether it does the same as another, so that its job need not be started anew. Alerts go on to
   * name the version of the blueprint with which it was.
   */
  public boolean does(Detection other) {
    return tables.equals(other.tables) && tasks().equals(other.tasks());
  }

  private List<Object> tasks() {
    List<Object> all = new ArrayList<>();
    plans.forEach(plan -> all.addAll(List.of(plan.stream(), plan.detectors())));
    return all;
  }

  /** Whether the blueprint asks for a {@code detect} job. */
  public static boolean isAskedFor(Blueprint blueprint) {
    return !blueprint.detectors().isEmpty() || !blueprint.tables().isEmpty();
  }

  /**
   * What the blueprint asks for.
   *
   * @param version of the blueprint: a hash of its files
   * @param streams how its streams are read
   */
  public static Detection of(Blueprint blueprint, String version, List<StreamPlan> streams) {
    List<HotTablePlan> tables = new ArrayList<>();
    blueprint.tables().values().forEach(table -> tables.addAll(HotTablePlan.of(table)));
    List<DetectPlan> plans = new ArrayList<>();
    for (StreamPlan stream : streams) {
      List<DetectPlan.Versioned> detectors =
          blueprint.detectors().values().stream()
              .filter(detector -> detector.streams().contains(stream.stream()))
              .map(detector -> new DetectPlan.Versioned(detector, version(detector)))
              .toList();
      boolean hasTable = tables.stream().anyMatch(table -> table.stream().equals(stream.stream()));
      if (hasTable || !detectors.isEmpty()) {
        plans.add(new DetectPlan(blueprint.name(), version, stream, detectors));
      }
    }
    return new Detection(blueprint.name(), plans, tables);
  }

  /** Of a detector's definition: the same as long as that is. */
  static String version(DetectorSpec spec) {
    String text =
        String.join(
            "\n",
            spec.name(),
            spec.kind().toString(),
            spec.severity().name(),
            spec.summary(),
            String.valueOf(spec.description()),
            new TreeMap<>(spec.labels()).toString(),
            String.valueOf(spec.runbook()),
            spec.groupBy().toString(),
            spec.lateness().toString(),
            spec.late().name());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, VERSION_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
