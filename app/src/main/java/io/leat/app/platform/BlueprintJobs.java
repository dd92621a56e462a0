package io.leat.app.platform;

import io.leat.app.detect.DetectJobs;
import io.leat.app.engine.FlinkJob;
import io.leat.event.ErrorCode;
import io.leat.gateway.ServedStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.iceberg.catalog.Catalog;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of all blueprints: of each its lake job, and its {@code detect} job where it has
 * detectors or tables of newest states.
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
   * Has the jobs do what the blueprint says now: both or none. When one does not start with the
   * change, both go on as they were.
   *
   * @param asBefore makes what an unchanged job is started from, should the change fail
   * @return what was done, for people
   */
  List<String> change(
      Provisioning.Provisioned before,
      Provisioning.Provisioned after,
      Applying.Steps steps,
      UnaryOperator<Provisioning.Provisioned> asBefore) {
    String name = after.blueprint().name();
    List<String> done = new ArrayList<>();
    Deque<Change> undo = new ArrayDeque<>();
    try {
      if (lake.hasEnded(name) || !after.plans().equals(before.plans())) {
        String point = lake.hasEnded(name) ? "its newest checkpoint" : "a savepoint";
        steps.begin("restarting the job of " + name, ErrorCode.PROCESSOR_UNAVAILABLE);
        make(new Change(() -> lake.stop(after.blueprint()), this::startLake), after, undo);
        done.add(name + ": the job was restarted from " + point);
      }
      if (detect.hasEnded(name) || !after.detection().does(before.detection())) {
        steps.begin("restarting the detection of " + name, ErrorCode.PROCESSOR_UNAVAILABLE);
        make(new Change(() -> detect.stop(name), this::startDetect), after, undo);
        done.add(name + ": the detect job was restarted from a savepoint");
      }
    } catch (RuntimeException failure) {
      log.warn("The jobs of {} go on as they were: the change failed", name, failure);
      undo.forEach(change -> undo(change, () -> asBefore.apply(before), failure));
      throw failure;
    }
    return done;
  }

  /** Of one job. */
  private record Change(Runnable stop, Consumer<Provisioning.Provisioned> start) {
    void make(Provisioning.Provisioned to) {
      stop.run();
      start.accept(to);
    }
  }

  private static void undo(
      Change change, Supplier<Provisioning.Provisioned> before, RuntimeException failure) {
    try {
      change.make(before.get());
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * @param undo what has to be made again to go back; the latest first
   */
  private static void make(Change change, Provisioning.Provisioned to, Deque<Change> undo) {
    undo.push(change);
    change.make(to);
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
