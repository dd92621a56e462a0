package io.leat.app.platform;

import io.leat.app.detect.Detection;
import io.leat.app.engine.ProvisionedTopics;
import io.leat.app.engine.TopicFinding;
import io.leat.app.engine.TopicSpec;
import io.leat.app.engine.Topics;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.StreamSpec;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.rules.incident.TargetSpec;
import io.leat.state.LogEpochs;
import io.leat.state.SchemaVersions;
import io.leat.stream.LakeTables;
import io.leat.stream.StreamPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a blueprint's topics, tables and versions exist, and says what its job and the gateway need
 * to know.
 */
final class Provisioning {
  /** How long the log keeps refused records. */
  static final Duration REJECTED_RETENTION = Duration.ofDays(7);

  private static final Duration ALERTS_RETENTION = Duration.ofDays(7);

  /** A detect job that was away for longer has missed time, in which nobody counts as silent. */
  private static final Duration MARKERS_RETENTION = Duration.ofHours(6);

  private static final int REJECTED_PARTITIONS = 1;
  private static final int ALERTS_PARTITIONS = 4;
  private static final int MARKERS_PARTITIONS = 1;

  private final Topics topics;
  private final LakeTables tables;
  private final LogEpochs epochs;
  private final SchemaVersions versions;
  private final int clusterReplication;
  private final Map<String, String> durability;
  private final Runnable madeTopics;

  /**
   * @param clusterReplication copies that the cluster can hold at most; 1 on the embedded broker
   * @param durability properties that each topic needs for what an acknowledgement promises
   * @param madeTopics called when topics were created and are led
   */
  Provisioning(
      Topics topics,
      LakeTables tables,
      LogEpochs epochs,
      SchemaVersions versions,
      int clusterReplication,
      Map<String, String> durability,
      Runnable madeTopics) {
    this.topics = topics;
    this.tables = tables;
    this.epochs = epochs;
    this.versions = versions;
    this.clusterReplication = clusterReplication;
    this.durability = Map.copyOf(durability);
    this.madeTopics = madeTopics;
  }

  /**
   * What a blueprint's parts are made from.
   *
   * @param blueprint as it was loaded
   * @param version of it: a hash of its files
   * @param plans for the lake job, one per stream
   * @param rejectedEpoch log epoch of the topic of rejected records
   * @param alertsEpoch log epoch of the topic of alerts; 0 when nothing makes alerts
   * @param detection for the detect job
   * @param served for the gateway, one per stream
   * @param notes what was created, changed or found to differ
   */
  record Provisioned(
      Blueprint blueprint,
      String version,
      List<StreamPlan> plans,
      int rejectedEpoch,
      int alertsEpoch,
      Detection detection,
      List<ServedStream> served,
      List<String> notes) {}

  /** How many partitions the blueprints' topics have. */
  static int partitions(Collection<Blueprint> blueprints) {
    return blueprints.stream()
        .mapToInt(
            blueprint ->
                REJECTED_PARTITIONS
                    + (blueprint.hasAlerts() ? ALERTS_PARTITIONS : 0)
                    + (Detection.isAskedFor(blueprint) ? MARKERS_PARTITIONS : 0)
                    + blueprint.streams().values().stream().mapToInt(StreamSpec::partitions).sum())
        .sum();
  }

  /**
   * Changes nothing, and says everything that would be destructive.
   *
   * @throws LeatException DESTRUCTIVE_CHANGE with the way to do each thing
   */
  void check(Collection<Blueprint> blueprints) {
    List<String> refusals = new ArrayList<>();
    Set<String> known = epochs.topics();
    for (Blueprint blueprint : blueprints) {
      gather(() -> refuseMissing(blueprint), refusals);
      gather(() -> refuseTopicsOfOthers(blueprint, known), refusals);
      gather(() -> tables.check(blueprint), refusals);
      gather(() -> topics.check(topicSpecs(blueprint)), refusals);
    }
    if (!refusals.isEmpty()) {
      throw new LeatException(ErrorCode.DESTRUCTIVE_CHANGE, String.join("\n", refusals));
    }
  }

  private static void gather(Runnable check, List<String> refusals) {
    try {
      check.run();
    } catch (LeatException e) {
      if (e.code() != ErrorCode.DESTRUCTIVE_CHANGE) {
        throw e;
      }
      refusals.add(e.getMessage());
    }
  }

  /**
   * The loader holds targets against the blueprints that run. One that ran here before and may come
   * back has its topics still.
   *
   * @param known the topics of all blueprints that ever ran here
   * @throws LeatException DESTRUCTIVE_CHANGE if a target would write to one of them, or beside it
   */
  static void refuseTopicsOfOthers(Blueprint blueprint, Set<String> known) {
    for (TargetSpec target : blueprint.targets().values()) {
      String topic = target.options().get("topic");
      if (topic == null) {
        continue;
      }
      for (String other : new TreeSet<>(known)) {
        String name = other.substring(0, other.indexOf('.') + 1);
        if (!name.isEmpty() && topic.startsWith(name)) {
          throw new LeatException(
              ErrorCode.DESTRUCTIVE_CHANGE,
              "The target '"
                  + target.name()
                  + "' of the blueprint '"
                  + blueprint.name()
                  + "' would write to '"
                  + topic
                  + "', among the topics of a blueprint that was here before. What it writes would"
                  + " be taken for events when that comes back. Name another topic.");
        }
      }
    }
  }

  private void refuseMissing(Blueprint blueprint) {
    List<String> missing =
        versions.streams(blueprint.name()).stream()
            .filter(stream -> !blueprint.streams().containsKey(stream))
            .filter(stream -> !blueprint.removed().contains(stream))
            .toList();
    if (!missing.isEmpty()) {
      throw new LeatException(
          ErrorCode.DESTRUCTIVE_CHANGE,
          "The blueprint '"
              + blueprint.name()
              + "' had the streams "
              + missing
              + ", which it does not name any more. What devices still send to them would be"
              + " refused. Put them back, or say 'removed: "
              + missing
              + "' in its blueprint.yaml; their topics and tables stay.");
    }
  }

  /**
   * Provisions what was {@link #check checked}.
   *
   * @param version of the blueprint: a hash of its files
   * @throws LeatException DESTRUCTIVE_CHANGE with the way to do it; what was made before stays
   */
  Provisioned provision(Blueprint blueprint, String version) {
    ProvisionedTopics provisioned = topics.provision(topicSpecs(blueprint));
    if (!provisioned.created().isEmpty()) {
      madeTopics.run();
    }
    LakeTables.Ensured ensured = tables.ensure(blueprint);
    List<StreamPlan> plans = new ArrayList<>();
    List<ServedStream> served = new ArrayList<>();
    for (StreamSpec stream : blueprint.streams().values()) {
      String topic = blueprint.topic(stream);
      int epoch = epoch(provisioned, topic);
      int schemaVersion =
          versions.versionOf(
              blueprint.name(),
              stream.name(),
              stream.schema().fingerprint(),
              stream.schema().document().toString());
      plans.add(StreamPlan.of(stream, topic, epoch, ensured.schema(stream)));
      served.add(new ServedStream(blueprint, stream, schemaVersion, epoch));
    }
    List<String> notes = new ArrayList<>(ensured.notes());
    provisioned.created().forEach(t -> notes.add("created topic " + t));
    provisioned.findings().stream().map(TopicFinding::toString).forEach(notes::add);
    int rejectedEpoch = epoch(provisioned, Names.rejectedTopic(blueprint.name()));
    int alertsEpoch =
        blueprint.hasAlerts() ? epoch(provisioned, Names.alertsTopic(blueprint.name())) : 0;
    return new Provisioned(
        blueprint,
        version,
        List.copyOf(plans),
        rejectedEpoch,
        alertsEpoch,
        Detection.of(blueprint, version, plans),
        List.copyOf(served),
        List.copyOf(notes));
  }

  private int epoch(ProvisionedTopics provisioned, String topic) {
    String id = provisioned.ids().get(topic);
    if (id == null) {
      throw new IllegalStateException("topic " + topic + " was provisioned but has no id");
    }
    return epochs.epochOf(topic, id);
  }

  private List<TopicSpec> topicSpecs(Blueprint blueprint) {
    List<TopicSpec> specs = new ArrayList<>();
    for (StreamSpec stream : blueprint.streams().values()) {
      specs.add(
          new TopicSpec(
              blueprint.topic(stream),
              stream.partitions(),
              Math.min(stream.replication(), clusterReplication),
              configs(stream.retention(), Math.min(stream.replication(), clusterReplication))));
    }
    specs.add(
        new TopicSpec(
            Names.rejectedTopic(blueprint.name()),
            REJECTED_PARTITIONS,
            clusterReplication,
            configs(REJECTED_RETENTION, clusterReplication)));
    if (blueprint.hasAlerts()) {
      specs.add(
          new TopicSpec(
              Names.alertsTopic(blueprint.name()),
              ALERTS_PARTITIONS,
              clusterReplication,
              configs(ALERTS_RETENTION, clusterReplication)));
    }
    if (Detection.isAskedFor(blueprint)) {
      specs.add(
          new TopicSpec(
              Names.markersTopic(blueprint.name()),
              MARKERS_PARTITIONS,
              clusterReplication,
              configs(MARKERS_RETENTION, clusterReplication)));
    }
    return specs;
  }

  /** With three copies, what is acknowledged is on two: one machine may die without loss. */
  private Map<String, String> configs(Duration retention, int replication) {
    Map<String, String> configs = new HashMap<>(durability);
    configs.put("retention.ms", String.valueOf(retention.toMillis()));
    if (replication >= 3) {
      configs.put("min.insync.replicas", "2");
    }
    return configs;
  }
}
