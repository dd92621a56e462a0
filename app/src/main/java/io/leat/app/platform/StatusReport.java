package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.intake.AlertsPutAside;
import io.leat.app.disk.DiskGuard;
import io.leat.app.engine.CheckpointReport;
import io.leat.app.engine.FlinkJob;
import io.leat.event.LeatException;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.gateway.format.Refusal;
import io.leat.http.Health;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.query.ClientAccess;
import io.leat.state.LogGap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what {@code GET /v1/status} answers. Its calls block, for some seconds at most:
 * what an engine does not tell in time is marked as unknown, and the engine as down.
 */
final class StatusReport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StreamRegistry streams;
  private final LogReader log;
  private final BookKeeper books;
  private final AcceptanceRates rates;
  private final FreshnessMonitor freshness;
  private final DiskGuard disk;
  private final UpkeepState upkeep;
  private final BlueprintJobs jobs;
  private final JobSupervisor supervisor;
  private final Catalog catalog;
  private final Asking asking;
  private final Health health;
  private final LogEnds ends;
  private final Supplier<List<Component>> components;
  private final Supplier<ObjectNode> selfCheck;
  private final AlertsStatus alerts;

  StatusReport(
      StreamRegistry streams,
      LogReader log,
      BookKeeper books,
      AcceptanceRates rates,
      FreshnessMonitor freshness,
      DiskGuard disk,
      UpkeepState upkeep,
      BlueprintJobs jobs,
      JobSupervisor supervisor,
      Catalog catalog,
      Asking asking,
      Health health,
      LogEnds ends,
      Supplier<List<Component>> components,
      Supplier<ObjectNode> selfCheck,
      AlertsStatus alerts) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.rates = rates;
    this.freshness = freshness;
    this.disk = disk;
    this.upkeep = upkeep;
    this.jobs = jobs;
    this.supervisor = supervisor;
    this.catalog = catalog;
    this.asking = asking;
    this.health = health;
    this.ends = ends;
    this.components = components;
    this.selfCheck = selfCheck;
    this.alerts = alerts;
  }

  /** A part of the answer, by the component that tells it. */
  private enum Section {
    LOG("kafka"),
    LEDGER("lake"),
    TABLES("lake"),
    JOBS("flink"),
    ALERTS("postgres");

    private final String component;

    Section(String component) {
      this.component = component;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What engines did not tell, by the section that lacks it. Owned by one answer. */
  private static final class Unknown {
    private final Map<Section, LeatException> why = new EnumMap<>(Section.class);

    /** The answer; null, and noted here, when there is none. */
    <T> @Nullable T orNull(Section section, EngineCalls.Pending<T> pending) {
      try {
        return pending.answer();
      } catch (LeatException e) {
        why.put(section, e);
        return null;
      }
    }

    Optional<String> problem(String component) {
      return why.entrySet().stream()
          .filter(one -> one.getKey().component.equals(component))
          .map(one -> String.valueOf(one.getValue().getMessage()))
          .findFirst();
    }

    void write(ArrayNode all) {
      why.forEach(
          (section, e) ->
              all.addObject().put("section", section.text()).put("code", e.code().code()));
    }
  }

  /**
   * Everything that the principal may see, as it is now: the streams and tables that it may read.
   * Addresses and what the jobs do are for operators.
   */
  ObjectNode now(Principal principal) {
    boolean operates = principal.allows(Role.OPERATE);
    Unknown unknown = new Unknown();
    // All engines are asked at once: their time limits do not add up.
    EngineCalls.Pending<Map<TopicPartition, Long>> logEnds = asking.log().begin(this::ends);
    EngineCalls.Pending<Map<String, Map<Books.Epoch, Books.Totals>>> totals =
        asking.ledger().begin(books::totals);
    EngineCalls.Pending<ArrayNode> jobsNow =
        operates ? asking.processor().begin(this::jobs) : JSON::createArrayNode;
    EngineCalls.Pending<ArrayNode> tables =
        asking.lake().begin(() -> tables(new ClientAccess(principal)));
    EngineCalls.Pending<Map<String, AlertsPutAside.OfBlueprint>> putAside =
        operates ? asking.state().begin(alerts::putAside) : Map::of;
    ObjectNode status = JSON.createObjectNode();
    ArrayNode componentsNow = status.putArray("components");
    streams(
        status,
        principal,
        unknown.orNull(Section.LEDGER, totals),
        unknown.orNull(Section.LOG, logEnds));
    status.set("jobs", orEmpty(unknown.orNull(Section.JOBS, jobsNow)));
    status.set("tables", orEmpty(unknown.orNull(Section.TABLES, tables)));
    disk(status.putObject("disk"), operates);
    gaps(status.putArray("log_gaps"), principal);
    if (operates) {
      status.set("alerts", alerts.json(principal, unknown.orNull(Section.ALERTS, putAside)));
    }
    unknown.write(status.putArray("unknown"));
    if (operates) {
      status.set("self_check", selfCheck.get());
    }
    components(componentsNow, unknown, operates);
    return status;
  }

  private void disk(ObjectNode node, boolean operates) {
    DiskGuard.Report now = disk.report();
    Refusal refusal = now.refusal();
    node.put("refusing", refusal == null ? null : refusal.code().code());
    if (!operates) {
      return;
    }
    if (now.logBudget() > 0) {
      node.putObject("log").put("bytes", now.logBytes()).put("budget", now.logBudget());
    }
    ArrayNode spaces = node.putArray("spaces");
    for (DiskGuard.Space space : now.spaces()) {
      ObjectNode one = spaces.addObject();
      ArrayNode holds = one.putArray("holds");
      space.space().holds().forEach(holds::add);
      one.put("total", space.space().total())
          .put("usable", space.usable())
          .put("reserve", space.space().reserve());
    }
  }

  private static ArrayNode orEmpty(@Nullable ArrayNode array) {
    return array == null ? JSON.createArrayNode() : array;
  }

  private void gaps(ArrayNode all, Principal principal) {
    for (LogGap gap : ends.gaps()) {
      if (principal.mayRead(gap.topic())) {
        all.addObject()
            .put("topic", gap.topic())
            .put("partition", gap.partition())
            .put("first_offset", gap.firstOffset())
            .put("next_offset", gap.nextOffset())
            .put("found_at", gap.foundAt().toString());
      }
    }
  }

  private void components(ArrayNode all, Unknown unknown, boolean operates) {
    Map<String, Optional<String>> report = health.report();
    for (Component component : components.get()) {
      Optional<String> problem =
          report
              .getOrDefault(component.name(), Optional.empty())
              .or(() -> unknown.problem(component.name()));
      all.addObject()
          .put("name", component.name())
          .put("state", problem.isEmpty() ? "running" : "down")
          .put("address", operates ? component.address() : "")
          .put("detail", operates ? problem.orElse("") : "");
    }
  }

  private void streams(
      ObjectNode status,
      Principal principal,
      @Nullable Map<String, Map<Books.Epoch, Books.Totals>> totals,
      @Nullable Map<TopicPartition, Long> ends) {
    ArrayNode all = status.putArray("streams");
    Map<String, Double> perSecond = rates.perSecond();
    Long logged = 0L;
    Books.Totals sum = Books.Totals.NONE;
    for (ServedStream stream : streams.all()) {
      if (!principal.mayRead(stream.name())) {
        continue;
      }
      ObjectNode one =
          all.addObject()
              .put("blueprint", stream.blueprint().name())
              .put("stream", stream.spec().name())
              .put("schema_version", stream.schemaVersion())
              .put("partitions", stream.spec().partitions());
      Books.Totals own = totals == null ? null : Books.ever(totals, stream);
      Long loggedHere = logged(stream, ends, totals);
      counts(one, loggedHere, own);
      one.put(
              "lag",
              totals == null || ends == null
                  ? null
                  : lag(stream, ends, Books.totals(totals, stream)))
          .put("rate", rounded(perSecond.getOrDefault(stream.name(), 0.0)));
      FreshnessMonitor.Percentiles fresh = freshness.of(stream.name());
      one.putObject("freshness_ms").put("p50", fresh.p50()).put("p99", fresh.p99());
      logged = logged == null || loggedHere == null ? null : logged + loggedHere;
      sum = own == null ? sum : sum.plus(own);
    }
    counts(status.putObject("totals"), logged, totals == null ? null : sum);
  }

  private static void counts(ObjectNode node, @Nullable Long logged, Books.@Nullable Totals books) {
    node.put("logged", logged)
        .put("raw", books == null ? null : books.raw())
        .put("processed", books == null ? null : books.processed())
        .put("duplicates", books == null ? null : books.duplicates())
        .put("quarantined", books == null ? null : books.quarantined());
  }

  /** What the log has had; null when it, or what its earlier lives had, is not known. */
  private static @Nullable Long logged(
      ServedStream stream,
      @Nullable Map<TopicPartition, Long> ends,
      @Nullable Map<String, Map<Books.Epoch, Books.Totals>> totals) {
    boolean isFirst = stream.logEpoch() <= 1;
    if (ends == null || (totals == null && !isFirst)) {
      return null;
    }
    long logged = totals == null ? 0 : Books.loggedBefore(totals, stream);
    for (TopicPartition partition : partitions(stream)) {
      logged += ends.getOrDefault(partition, 0L);
    }
    return logged;
  }

  private static double rounded(double perSecond) {
    return Math.round(perSecond * 1_000) / 1e3;
  }

  static long lag(ServedStream stream, Map<TopicPartition, Long> ends, Books.Totals books) {
    Map<Integer, Long> committed = books.nextOffsets();
    long lag = 0;
    for (TopicPartition partition : partitions(stream)) {
      long next = committed.getOrDefault(partition.partition(), 0L);
      lag += Math.max(0, ends.getOrDefault(partition, 0L) - next);
    }
    return lag;
  }

  private Map<TopicPartition, Long> ends() {
    List<TopicPartition> all = new ArrayList<>();
    streams.all().forEach(stream -> all.addAll(partitions(stream)));
    return log.ends(all);
  }

  static List<TopicPartition> partitions(ServedStream stream) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < stream.spec().partitions(); i++) {
      partitions.add(new TopicPartition(stream.name(), i));
    }
    return partitions;
  }

  private ArrayNode jobs() {
    ArrayNode all = JSON.createArrayNode();
    for (FlinkJob job : jobs.jobs()) {
      ObjectNode one = all.addObject().put("name", job.name());
      try {
        CheckpointReport checkpoints = job.checkpoints();
        one.put("state", job.status().name());
        supervisor.condition(job.name()).ifPresent(condition -> condition(one, condition));
        one.put("checkpoints", checkpoints.completed());
        one.put("failed_checkpoints", checkpoints.failed());
        Instant last = checkpoints.lastCompleted();
        one.put("last_checkpoint", last == null ? null : last.toString());
      } catch (LeatException e) {
        one.put("state", "UNKNOWN").put("failure", e.getMessage());
      }
    }
    return all;
  }

  private static void condition(ObjectNode one, JobCondition condition) {
    one.put("since", condition.since().toString());
    one.put("restarts", condition.restarts());
    if (condition.failure() != null) {
      one.put("failure", condition.failure());
    }
    if (condition.state() == JobCondition.State.RESTARTING) {
      one.put("state", condition.state().name()); // to Flink it runs before its tasks do
    }
    if (condition.state() == JobCondition.State.FAILED) {
      Instant nextTry = condition.nextTry();
      one.put("state", condition.state().name());
      one.put("next_try", nextTry == null ? null : nextTry.toString());
      one.put("runbook", JobCondition.RUNBOOK);
    }
  }

  private ArrayNode tables(ClientAccess access) {
    ArrayNode all = JSON.createArrayNode();
    if (!(catalog instanceof SupportsNamespaces namespaces)) {
      return all;
    }
    for (Namespace namespace : namespaces.listNamespaces()) {
      for (TableIdentifier id : catalog.listTables(namespace)) {
        if (access.refusal(namespace.toString(), id.name()).isEmpty()) {
          table(all, id, catalog.loadTable(id));
        }
      }
    }
    return all;
  }

  private void table(ArrayNode all, TableIdentifier id, Table table) {
    ObjectNode one = all.addObject().put("name", id.toString());
    one.set("maintenance", upkeep.json(id.toString()));
    Snapshot current = table.currentSnapshot();
    int snapshots = 0;
    for (Snapshot ignored : table.snapshots()) {
      snapshots++;
    }
    one.put("snapshots", snapshots);
    if (current == null) {
      one.put("rows", 0).put("files", 0).put("bytes", 0);
      return;
    }
    one.put("rows", number(current, "total-records"));
    one.put("files", number(current, "total-data-files"));
    one.put("bytes", number(current, "total-files-size"));
    one.put("last_commit", Instant.ofEpochMilli(current.timestampMillis()).toString());
  }

  private static long number(Snapshot snapshot, String property) {
    return Long.parseLong(snapshot.summary().getOrDefault(property, "0"));
  }
}
