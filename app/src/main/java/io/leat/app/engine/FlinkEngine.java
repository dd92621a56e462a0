package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink inside this process. Jobs are restored by whoever submits them: {@link #restorePoints} says
 * from what.
 */
public final class FlinkEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkEngine.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,100}");

  private final MiniCluster cluster;
  private final FlinkSettings settings;
  private final FlinkConfiguration configuration;
  private final Map<String, FlinkJob> jobs = new ConcurrentHashMap<>();

  private FlinkEngine(
      MiniCluster cluster, FlinkSettings settings, FlinkConfiguration configuration) {
    this.cluster = cluster;
    this.settings = settings;
    this.configuration = configuration;
  }

  /** What becomes of restored state that no operator of the new job asks for. */
  @FunctionalInterface
  public interface Leftovers {
    /** The job does not start: nothing is forgotten by mistake. */
    Leftovers REFUSE = (uid, from) -> false;

    /**
     * Whether it may be forgotten.
     *
     * @param uid of the operator that it belonged to; empty when that is not known
     * @param from what is restored
     */
    boolean mayDrop(String uid, RestorePoint from);
  }

  /**
   * Starts a cluster of one process, without a network.
   *
   * @throws LeatException {@link ErrorCode#INTERNAL} when it does not start
   */
  public static FlinkEngine start(DataDirectory data, FlinkSettings settings) {
    Path directory = data.flink();
    FlinkConfiguration configuration = new FlinkConfiguration(directory, settings);
    try {
      for (String working : List.of("tmp", "blobs", "held")) {
        PostgresPrograms.deleteTree(directory.resolve(working)); // a killed process left them
        DurableFiles.createDirectories(directory.resolve(working));
      }
      MiniCluster cluster =
          new SilentMiniCluster(
              new MiniClusterConfiguration.Builder()
                  .setConfiguration(configuration.cluster())
                  .setNumTaskManagers(1)
                  .setNumSlotsPerTaskManager(settings.slots())
                  .setRpcServiceSharing(RpcServiceSharing.SHARED)
                  .setCommonBindAddress("127.0.0.1")
                  .build());
      cluster.start();
      return new FlinkEngine(cluster, settings, configuration);
    } catch (Exception e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "The embedded Flink did not start: " + e.getMessage(), e);
    }
  }

  /** An environment to build the job {@code name} in, set up as the settings say. */
  public StreamExecutionEnvironment environment(String name) {
    return StreamExecutionEnvironment.getExecutionEnvironment(options(name));
  }

  /** The options of the job {@code name}, for an environment of one's own. */
  public Configuration options(String name) {
    return configuration.job(checked(name));
  }

  /**
   * Where the job {@code name} may keep files that its state refers to; they live as long as its
   * checkpoints.
   */
  public Path files(String name) {
    Path files = configuration.files(checked(name));
    try {
      return DurableFiles.createDirectories(files);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make " + files, e);
    }
  }

  /** What the job {@code name} can be restored from. */
  public RestorePoints restorePoints(String name) {
    return new RestorePoints(
        configuration.checkpoints(checked(name)), configuration.savepoints(name));
  }

  /**
   * Deletes everything that the job {@code name} could be restored from. Only while it does not
   * run.
   *
   * @return whether there was anything
   */
  public boolean forget(String name) throws IOException {
    boolean was = restorePoints(name).forget();
    PostgresPrograms.deleteTree(configuration.files(name));
    return was;
  }

  /**
   * Holds the state of some operators of the job {@code name}, for a copy.
   *
   * @param checkpoint its number
   * @param uids of the operators
   * @throws IOException when the checkpoint is not there, or went meanwhile
   */
  public HeldState hold(String name, long checkpoint, Predicate<String> uids) throws IOException {
    for (RestorePoint point : restorePoints(name).all()) {
      if (point.checkpointId() == checkpoint) {
        return HeldState.of(point, files(name), configuration.held(name), uids);
      }
    }
    throw new NoSuchFileException("checkpoint " + checkpoint + " of " + name);
  }

  /** Where the job {@code name}, which never ran here, looks for a state to begin with. */
  public Seed seed(String name) {
    return new Seed(
        configuration.savepoints(checked(name)).resolve("savepoint-restored"), files(name));
  }

  /**
   * Where to put a copy of a {@link HeldState}.
   *
   * @param state for what its {@code state} has
   * @param files for what its {@code files} has
   */
  public record Seed(Path state, Path files) {}

  /** Submits what was built in {@code environment}, refusing leftover state. */
  public FlinkJob submit(
      StreamExecutionEnvironment environment, String name, @Nullable RestorePoint from) {
    return submit(environment.getStreamGraph(), name, from, Leftovers.REFUSE);
  }

  /**
   * Submits a job. It takes the restore point over and deletes it when it is no longer needed.
   *
   * @param from null to begin without state
   * @throws LeatException {@link ErrorCode#CONFLICT} when a job of this name runs, or when state
   *     would be left over that may not be dropped; {@link ErrorCode#PROCESSOR_UNAVAILABLE} when
   *     Flink does not take it
   */
  public FlinkJob submit(
      StreamGraph graph, String name, @Nullable RestorePoint from, Leftovers leftovers) {
    checked(name);
    FlinkJob running = jobs.get(name);
    if (running != null && !running.status().isGloballyTerminalState()) {
      throw new LeatException(ErrorCode.CONFLICT, "The job " + name + " runs already");
    }
    graph.setJobName(name);
    JobGraph job = graph.getJobGraph();
    if (from != null) {
      job.setSavepointRestoreSettings(
          SavepointRestoreSettings.forPath(
              from.location(), drops(job, name, from, leftovers), RecoveryClaimMode.CLAIM));
    }
    try {
      cluster.submitJob(job).get(60, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LeatException(
          ErrorCode.PROCESSOR_UNAVAILABLE,
          "The job " + name + " was not taken: " + e.getMessage(),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while submitting " + name, e);
    }
    FlinkJob submitted =
        new FlinkJob(
            cluster,
            job.getJobID(),
            name,
            FlinkConfiguration.location(configuration.savepoints(name)));
    jobs.put(name, submitted);
    return submitted;
  }

  /** Whether there is state to drop. */
  private static boolean drops(JobGraph job, String name, RestorePoint from, Leftovers leftovers) {
    Set<OperatorID> known = new HashSet<>();
    for (JobVertex vertex : job.getVertices()) {
      vertex.getOperatorIDs().forEach(ids -> known.add(ids.getGeneratedOperatorID()));
    }
    List<String> left = new ArrayList<>();
    for (OperatorState state : operatorsOf(from, name)) {
      if (!known.contains(state.getOperatorID()) && hasState(state)) {
        left.add(state.getOperatorUid().orElse(""));
      }
    }
    List<String> kept = left.stream().filter(uid -> !leftovers.mayDrop(uid, from)).toList();
    if (!kept.isEmpty()) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The job "
              + name
              + " has state in "
              + from.directory()
              + " that nothing would take over, of "
              + kept
              + ", and some of it may not be committed. Start it once more as it was and stop it"
              + " cleanly, or apply the change while it runs.");
    }
    return !left.isEmpty();
  }

  private static boolean hasState(OperatorState state) {
    return state.getCoordinatorState() != null
        || state.getStates().stream().anyMatch(OperatorSubtaskState::hasState);
  }

  private static Collection<OperatorState> operatorsOf(RestorePoint from, String name) {
    try {
      return RestorePoints.operators(from);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL,
          "The job " + name + " cannot be restored: " + from.directory() + " is not readable: " + e,
          e);
    }
  }

  /** The newest submission of each job. */
  public List<FlinkJob> jobs() {
    return List.copyOf(jobs.values());
  }

  /**
   * Stops each running job with a savepoint, so that the next start reads nothing twice; a job that
   * takes longer than the settings allow is cancelled and restored from its newest checkpoint.
   */
  @Override
  public void close() {
    List<Thread> stoppers = new ArrayList<>();
    for (FlinkJob job : jobs.values()) {
      Thread stopper = new Thread(() -> stop(job), "leat-flink-stop-" + job.name());
      stopper.start();
      stoppers.add(stopper);
    }
    try {
      for (Thread stopper : stoppers) {
        stopper.join(settings.stopTimeout().toMillis() * 3);
      }
      cluster.closeAsync().get(settings.stopTimeout().toMillis() * 3, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LeatException(ErrorCode.INTERNAL, "The embedded Flink did not stop cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while stopping Flink", e);
    }
  }

  private void stop(FlinkJob job) {
    try {
      JobStatus status = job.status();
      if (status.isGloballyTerminalState()) {
        return;
      }
      if (status == JobStatus.RUNNING) {
        LOG.info(
            "The job {} stopped at {}", job.name(), job.stopWithSavepoint(settings.stopTimeout()));
        return;
      }
    } catch (LeatException e) {
      LOG.warn("The job {} takes no last savepoint; its newest checkpoint stands", job.name(), e);
    }
    try {
      job.cancel(settings.stopTimeout());
    } catch (LeatException e) {
      LOG.warn("The job {} cannot be cancelled", job.name(), e);
    }
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("Not a name for a job: '" + name + "'");
    }
    return name;
  }
}
