package io.leat.app.platform;

import static io.leat.event.ErrorCode.LAKE_UNAVAILABLE;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.engine.StartObserver;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.stream.StreamPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blueprints as they run: begins them, changes them, and tells those who follow. Thread-safe.
 */
final class RunningBlueprints {
  private static final Logger log = LoggerFactory.getLogger(RunningBlueprints.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Path> folders;
  private final Provisioning provisioning;
  private final AppliedFolders applied;
  private final BlueprintJobs jobs;
  private final Runnable awaitEngines;
  private final List<Follower> followers;
  private final Map<String, Provisioning.Provisioned> provisioned = new LinkedHashMap<>();
  private volatile Map<String, StreamPlan> plans = Map.of();

  /** Who does something else when blueprints are others. */
  @FunctionalInterface
  interface Follower {
    /**
     * Given all blueprints as they are from now on.
     *
     * @return what people should know of what became of that, in sentences
     */
    List<String> follow(Collection<Provisioning.Provisioned> all);

    /** One that has nothing to say. */
    static Follower quiet(Consumer<Collection<Provisioning.Provisioned>> follower) {
      return all -> {
        follower.accept(all);
        return List.of();
      };
    }
  }

  /**
   * None runs yet.
   *
   * @param folders the blueprints' folders, read again by {@link #apply}
   * @param awaitEngines before a change: throws the code of an engine that is away
   * @param followers given all as they are from now on, in this order
   */
  RunningBlueprints(
      List<Path> folders,
      Provisioning provisioning,
      AppliedFolders applied,
      BlueprintJobs jobs,
      Runnable awaitEngines,
      List<Follower> followers) {
    this.folders = List.copyOf(folders);
    this.provisioning = provisioning;
    this.applied = applied;
    this.jobs = jobs;
    this.awaitEngines = awaitEngines;
    this.followers = List.copyOf(followers);
  }

  /**
   * Makes their tables and starts their jobs, one blueprint after the other.
   *
   * @param preparation done for each before its jobs are started for the first time
   * @throws LeatException if one asks for something destructive; nothing was made for any then
   */
  synchronized void begin(
      List<Blueprint> blueprints,
      Consumer<Provisioning.Provisioned> preparation,
      StartObserver observer) {
    provisioning.check(blueprints);
    for (Blueprint blueprint : blueprints) {
      String name = blueprint.name();
      Provisioning.Provisioned made =
          observer.observe("tables of " + name, () -> provision(blueprint));
      made.notes().forEach(note -> log.info("{}: {}", name, note));
      provisioned.put(name, made);
      applied.keep(blueprint);
      preparation.accept(made);
      observer.observe(
          "jobs of " + name,
          () -> {
            jobs.start(made);
            return made;
          });
    }
    tell().forEach(log::info);
  }

  private Provisioning.Provisioned provision(Blueprint blueprint) {
    return provisioning.provision(blueprint, AppliedFolders.version(blueprint));
  }

  private List<String> tell() {
    Map<String, StreamPlan> next = new LinkedHashMap<>();
    provisioned
        .values()
        .forEach(made -> made.plans().forEach(plan -> next.put(plan.topic(), plan)));
    plans = Map.copyOf(next);
    List<String> notes = new ArrayList<>();
    followers.forEach(follower -> notes.addAll(follower.follow(provisioned.values())));
    return notes;
  }

  synchronized List<Provisioning.Provisioned> all() {
    return List.copyOf(provisioned.values());
  }

  /** Of a stream as it is processed now; does not wait for a change. */
  @Nullable StreamPlan plan(String topic) {
    return plans.get(topic);
  }

  /** Starts a job from its newest checkpoint, as its blueprint was applied last. */
  synchronized void startFailed(String job) {
    provisioned.values().forEach(made -> jobs.startFailed(job, made));
  }

  /**
   * Reads the blueprints' folders again and puts what changed into effect: tables grow first, then
   * the jobs restart from savepoints, then the gateway validates by the new schemas. Ingestion
   * never stops. A job that does not start with the change goes on without it.
   *
   * @throws LeatException INVALID_CONFIGURATION with all problems, DESTRUCTIVE_CHANGE with all
   *     refusals, CONFLICT for a new blueprint, or an engine's code when it is away at the
   *     beginning; nothing was changed then
   */
  synchronized ObjectNode apply(Applying.Steps steps) {
    List<Blueprint> read = new BlueprintLoader().loadAll(folders);
    for (Blueprint blueprint : read) {
      if (!provisioned.containsKey(blueprint.name())) {
        throw new LeatException(
            ErrorCode.CONFLICT,
            "The blueprint '"
                + blueprint.name()
                + "' is new; restart leat with its folder to add it");
      }
    }
    awaitEngines.run();
    provisioning.check(read);
    List<String> changes = new ArrayList<>();
    for (Blueprint blueprint : read) {
      changes.addAll(change(blueprint, steps));
    }
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode list = answer.putArray("changes");
    changes.forEach(list::add);
    return answer;
  }

  private List<String> change(Blueprint blueprint, Applying.Steps steps) {
    String name = blueprint.name();
    Provisioning.Provisioned before =
        Objects.requireNonNull(provisioned.get(name), "refused above when new");
    steps.begin("making the topics and tables of " + name, LAKE_UNAVAILABLE);
    Provisioning.Provisioned after = provision(blueprint);
    List<String> changes = new ArrayList<>();
    after.notes().forEach(note -> changes.add(name + ": " + note));
    // Tables may have grown: the earlier blueprint is held against them as they are.
    changes.addAll(
        jobs.change(
            before, after, steps, old -> provisioning.provision(old.blueprint(), old.version())));
    provisioned.put(name, after);
    applied.keep(blueprint);
    changes.addAll(tell());
    return changes;
  }
}
