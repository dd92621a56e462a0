package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes topics what their descriptions say, as far as nothing is destroyed: missing ones are
 * created, retention and size bounds are applied, everything else is reported.
 */
public final class Topics {
  /** Properties that may change at any time without a record losing its place. */
  private static final Set<String> APPLICABLE =
      Set.of(
          "retention.ms",
          "retention.bytes",
          "max.message.bytes",
          "segment.bytes",
          "segment.ms",
          "flush.messages",
          "flush.ms",
          "min.insync.replicas");

  private static final int LOOKS = 50;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final Admin admin;
  private final Duration timeout;

  /**
   * @param admin stays the caller's
   * @param timeout of each exchange with the cluster
   */
  public Topics(Admin admin, Duration timeout) {
    this.admin = admin;
    this.timeout = timeout;
  }

  /**
   * Throws what {@link #provision} would, and changes nothing.
   *
   * @throws LeatException {@link ErrorCode#DESTRUCTIVE_CHANGE} with everything that stands in the
   *     way, {@link ErrorCode#LOG_UNAVAILABLE} when the cluster does not answer
   */
  public void check(List<TopicSpec> specs) {
    compare(specs).refuse();
  }

  /**
   * Creates what is missing and applies what may change, unless something stands in the way: then
   * nothing is touched.
   *
   * @throws LeatException {@link ErrorCode#DESTRUCTIVE_CHANGE} with everything that stands in the
   *     way, {@link ErrorCode#LOG_UNAVAILABLE} when the cluster does not answer or does not let us
   */
  public ProvisionedTopics provision(List<TopicSpec> specs) {
    Comparison comparison = compare(specs);
    comparison.refuse();
    create(comparison.missing);
    if (!comparison.changes.isEmpty()) {
      await(
          admin.incrementalAlterConfigs(comparison.changes).all(), "topic properties were changed");
    }
    Map<String, String> ids = ids(comparison.existing, comparison.missing);
    awaitLeaders(comparison.missing);
    return new ProvisionedTopics(
        ids, comparison.missing.stream().map(TopicSpec::name).toList(), comparison.findings);
  }

  /**
   * How topics differ from their descriptions.
   *
   * @param changes to be made
   */
  private record Comparison(
      Map<String, TopicDescription> existing,
      List<TopicSpec> missing,
      List<TopicFinding> findings,
      Map<ConfigResource, Collection<AlterConfigOp>> changes) {
    void refuse() {
      String refusals =
          findings.stream()
              .filter(finding -> finding.kind() == TopicFinding.Kind.REFUSED)
              .map(TopicFinding::toString)
              .collect(Collectors.joining("\n"));
      if (!refusals.isEmpty()) {
        throw new LeatException(ErrorCode.DESTRUCTIVE_CHANGE, refusals);
      }
    }
  }

  private Comparison compare(List<TopicSpec> specs) {
    Map<String, TopicDescription> existing = new LinkedHashMap<>();
    List<TopicSpec> missing = new ArrayList<>();
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin.describeTopics(specs.stream().map(TopicSpec::name).toList()).topicNameValues();
    for (TopicSpec spec : specs) {
      TopicDescription description = describe(spec.name(), answers);
      if (description == null) {
        missing.add(spec);
      } else {
        existing.put(spec.name(), description);
      }
    }
    List<TopicSpec> present = specs.stream().filter(s -> existing.containsKey(s.name())).toList();
    Comparison comparison =
        new Comparison(existing, missing, new ArrayList<>(), new LinkedHashMap<>());
    compare(present, comparison);
    return comparison;
  }

  private @Nullable TopicDescription describe(
      String topic, Map<String, KafkaFuture<TopicDescription>> answers) {
    KafkaFuture<TopicDescription> answer = answers.get(topic);
    try {
      return answer == null ? null : await(answer, "topic " + topic + " was looked for");
    } catch (LeatException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return null;
      }
      throw e;
    }
  }

  private void create(List<TopicSpec> missing) {
    if (missing.isEmpty()) {
      return;
    }
    List<NewTopic> topics =
        missing.stream()
            .map(
                spec ->
                    new NewTopic(spec.name(), spec.partitions(), (short) spec.replication())
                        .configs(spec.configs()))
            .toList();
    admin
        .createTopics(topics)
        .values()
        .forEach(
            (topic, created) -> {
              try {
                await(created, "topic " + topic + " was created");
              } catch (LeatException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                  throw e;
                }
              }
            });
  }

  /** A created topic may not be known at once to every broker: looked for again, with a bound. */
  private Map<String, String> ids(Map<String, TopicDescription> existing, List<TopicSpec> created) {
    Map<String, String> ids = new TreeMap<>();
    existing.forEach((name, description) -> ids.put(name, description.topicId().toString()));
    List<String> wanted = created.stream().map(TopicSpec::name).toList();
    for (int look = 0; !wanted.isEmpty(); look++) {
      Map<String, KafkaFuture<TopicDescription>> answers =
          admin.describeTopics(wanted).topicNameValues();
      List<String> unknown = new ArrayList<>();
      for (String name : wanted) {
        TopicDescription description = describe(name, answers);
        if (description == null) {
          unknown.add(name);
        } else {
          ids.put(name, description.topicId().toString());
        }
      }
      wanted = unknown;
      if (!wanted.isEmpty()) {
        pause(look, wanted);
      }
    }
    return ids;
  }

  /**
   * Until each partition is led. A producer that is faster may see its second batch taken before
   * its first, which the broker then refuses for ever as out of order.
   */
  private void awaitLeaders(List<TopicSpec> created) {
    Map<TopicPartition, OffsetSpec> ends = new LinkedHashMap<>();
    for (TopicSpec spec : created) {
      for (int partition = 0; partition < spec.partitions(); partition++) {
        ends.put(new TopicPartition(spec.name(), partition), OffsetSpec.latest());
      }
    }
    if (!ends.isEmpty()) {
      // Asks the leaders, and again while there is none.
      await(admin.listOffsets(ends).all(), "the leaders of new topics were awaited");
    }
  }

  private static void pause(int look, Collection<String> topics) {
    if (look == LOOKS) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE, "Kafka created " + topics + " but does not know them yet");
    }
    try {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while creating topics", e);
    }
  }

  private void compare(List<TopicSpec> present, Comparison comparison) {
    if (present.isEmpty()) {
      return;
    }
    Map<ConfigResource, Config> configs =
        await(
            admin.describeConfigs(present.stream().map(s -> resource(s.name())).toList()).all(),
            "the topics' properties were read");
    for (TopicSpec spec : present) {
      TopicDescription topic = comparison.existing.get(spec.name());
      Config config = configs.get(resource(spec.name()));
      if (topic == null || config == null) {
        throw new IllegalStateException("Kafka did not describe " + spec.name());
      }
      comparePartitions(spec, topic.partitions().size(), comparison.findings);
      compareReplication(spec, topic.partitions().get(0).replicas().size(), comparison.findings);
      List<AlterConfigOp> ops = compareConfigs(spec, config, comparison.findings);
      if (!ops.isEmpty()) {
        comparison.changes.put(resource(spec.name()), ops);
      }
    }
  }

  private static void comparePartitions(TopicSpec spec, int actual, List<TopicFinding> findings) {
    if (actual == spec.partitions()) {
      return;
    }
    String message =
        "the topic has " + actual + " partitions, the blueprint says " + spec.partitions() + ".";
    String remedy =
        spec.partitions() > actual
            ? "More partitions would send keys elsewhere and break their order: say 'partitions: "
                + actual
                + "', or add a new stream with more partitions, send to it, and remove this one"
                + " when it is drained."
            : "Kafka cannot take partitions away: say 'partitions: " + actual + "'.";
    findings.add(new TopicFinding(spec.name(), TopicFinding.Kind.REFUSED, message, remedy));
  }

  private static void compareReplication(TopicSpec spec, int actual, List<TopicFinding> findings) {
    if (actual != spec.replication()) {
      findings.add(
          new TopicFinding(
              spec.name(),
              TopicFinding.Kind.REPORTED,
              "each partition has "
                  + actual
                  + " copies, the blueprint says "
                  + spec.replication()
                  + ".",
              "Reassign it with kafka-reassign-partitions.sh, or say 'replication: "
                  + actual
                  + "'."));
    }
  }

  private static List<AlterConfigOp> compareConfigs(
      TopicSpec spec, Config config, List<TopicFinding> findings) {
    List<AlterConfigOp> changes = new ArrayList<>();
    new TreeMap<>(spec.configs())
        .forEach(
            (key, wanted) -> {
              ConfigEntry entry = config.get(key);
              String actual = entry == null ? "not set" : entry.value();
              if (wanted.equals(actual)) {
                return;
              }
              boolean applies = APPLICABLE.contains(key);
              String message = key + " was " + actual + ", the blueprint says " + wanted + ".";
              if (applies) {
                changes.add(
                    new AlterConfigOp(new ConfigEntry(key, wanted), AlterConfigOp.OpType.SET));
                findings.add(new TopicFinding(spec.name(), TopicFinding.Kind.APPLIED, message, ""));
              } else {
                findings.add(
                    new TopicFinding(
                        spec.name(),
                        TopicFinding.Kind.REPORTED,
                        message.replace(" was ", " is "),
                        "Change it with kafka-configs.sh when you know what it does to the records"
                            + " that are there."));
              }
            });
    return changes;
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private <T> T await(KafkaFuture<T> future, String what) {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE,
          "Kafka failed while " + what + ": " + cause.getMessage(),
          cause);
    } catch (TimeoutException e) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE,
          "Kafka did not answer within " + timeout.toSeconds() + " s while " + what,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while " + what, e);
    }
  }
}
