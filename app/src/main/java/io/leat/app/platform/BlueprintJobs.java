package io.leat.app.platform;

import io.leat.app.detect.DetectJobs;
import io.leat.app.engine.FlinkJob;
import io.leat.event.ErrorCode;
import io.leat.gateway.ServedStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.iceberg.catalog.Catalog;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of all blueprints: of each its lake job, and its {@code detect} job where it has
 * detectors or tables of newest states. One that does not start keeps the other from nothing.
 */
final class BlueprintJobs {
  private static final Logger log = LoggerFactory.getLogger(BlueprintJobs.class);

  private final LakeJobs lake;
  private final DetectJobs detect;
  private final Catalog tables;
  private final Function<String, LakeJobs.Committed> committed;

  /**
   * @param committed how far a blueprint's tables are
   */
  BlueprintJobs(
      LakeJobs lake,
      DetectJobs detect,
      Catalog tables,
      Function<String, LakeJobs.Committed> committed) {
    this.lake = lake;
    this.detect = detect;
    this.tables = tables;
    this.committed = committed;
  }

  /**
   * How far the blueprint's log had been read when its jobs ended, or is in its tables: by
   * partition, the offset behind. Nothing of earlier log epochs.
   */
  Map<TopicPartition, Long> read(Provisioning.Provisioned made) {
    Map<TopicPartition, Long> read =
        new HashMap<>(lake.read(made, committed.apply(made.blueprint().name())));
    detect
        .read(made.detection())
        .forEach((partition, next) -> read.merge(partition, next, Math::max));
    return read;
  }

  /** Starts both. The tables have been {@link LakeJobs#align aligned}. */
  void start(Provisioning.Provisioned made) {
    lake.start(made, tables, committed.apply(made.blueprint().name()));
    startDetect(made);
  }

  private void startLake(Provisioning.Provisioned made) {
    lake.align(made.blueprint(), tables);
    lake.start(made, tables, committed.apply(made.blueprint().name()));
  }

  private void startDetect(Provisioning.Provisioned made) {
    Map<String, Integer> partitions = new HashMap<>();
    for (ServedStream stream : made.served()) {
      partitions.put(stream.name(), stream.spec().partitions());
    }
    detect.start(made.detection(), partitions);
  }

  /** Starts the job from its newest checkpoint, if it is one of the blueprint's and has ended. */
  void startFailed(String job, Provisioning.Provisioned made) {
    String name = made.blueprint().name();
    if (job.equals(LakeJobs.name(name)) && lake.hasEnded(name)) {
      startLake(made);
    }
    if (job.equals(DetectJobs.name(name)) && detect.hasEnded(name)) {
      startDetect(made);
    }
  }

  /**
   * Has the jobs do what the blueprint says now. One that does not start with the change goes on
   * without it.
   *
   * @param before null when nothing of it runs
   * @param asBefore makes what an unchanged job is started from, should the change fail
   * @return what was done, for people
   */
  List<String> change(
      Provisioning.@Nullable Provisioned before,
      Provisioning.Provisioned after,
      Applying.Steps steps,
      Function<Provisioning.Provisioned, Provisioning.Provisioned> asBefore) {
    List<String> done = new ArrayList<>();
    String name = after.blueprint().name();
    if (before == null || lake.hasEnded(name) || !after.plans().equals(before.plans())) {
      String point = lake.hasEnded(name) ? "its newest checkpoint" : "a savepoint";
      steps.begin("restarting the job of " + name, ErrorCode.PROCESSOR_UNAVAILABLE);
      change(
          before,
          () -> lake.stop(after.blueprint()),
          () -> startLake(after),
          asBefore,
          this::startLake);
      done.add(name + ": the job was restarted from " + point);
    }
    if (before == null || detect.hasEnded(name) || !after.detection().does(before.detection())) {
      steps.begin("restarting the detection of " + name, ErrorCode.PROCESSOR_UNAVAILABLE);
      change(
          before, () -> detect.stop(name), () -> startDetect(after), asBefore, this::startDetect);
      done.add(name + ": the detect job was restarted from a savepoint");
    }
    return done;
  }

  private interface Start {
    void of(Provisioning.Provisioned made);
  }

  private static void change(
      Provisioning.@Nullable Provisioned before,
      Runnable stop,
      Runnable start,
      Function<Provisioning.Provisioned, Provisioning.Provisioned> asBefore,
      Start startBefore) {
    try {
      stop.run();
      start.run();
    } catch (RuntimeException failure) {
      if (before != null) {
        log.warn(
            "A job of {} goes on as it was: the change failed", before.blueprint().name(), failure);
        try {
          stop.run();
          startBefore.of(asBefore.apply(before));
        } catch (RuntimeException e) {
          failure.addSuppressed(e);
        }
      }
      throw failure;
    }
  }

  /** The newest submission of each job, by its name; lake jobs first. */
  Map<String, FlinkJob> byName() {
    Map<String, FlinkJob> all = new LinkedHashMap<>();
    lake.jobs().forEach(job -> all.put(job.name(), job));
    detect.jobs().forEach(job -> all.put(job.name(), job));
    return all;
  }

  /** The newest submission of each job. */
  List<FlinkJob> jobs() {
    return List.copyOf(byName().values());
  }
}
