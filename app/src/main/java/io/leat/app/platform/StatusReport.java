package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.engine.CheckpointReport;
import io.leat.app.engine.FlinkJob;
import io.leat.event.LeatException;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Health;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.query.ClientAccess;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

/** Puts together what {@code GET /v1/status} answers. Its calls block. */
final class StatusReport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StreamRegistry streams;
  private final LogReader log;
  private final Map<String, Books> books;
  private final AcceptanceRates rates;
  private final FreshnessMonitor freshness;
  private final LakeJobs jobs;
  private final Catalog catalog;
  private final Health health;
  private final Supplier<List<Component>> components;

  StatusReport(
      StreamRegistry streams,
      LogReader log,
      Map<String, Books> books,
      AcceptanceRates rates,
      FreshnessMonitor freshness,
      LakeJobs jobs,
      Catalog catalog,
      Health health,
      Supplier<List<Component>> components) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.rates = rates;
    this.freshness = freshness;
    this.jobs = jobs;
    this.catalog = catalog;
    this.health = health;
    this.components = components;
  }

  /**
   * Everything that the principal may see, as it is now: the streams and tables that it may read.
   * Addresses and what the jobs do are for operators.
   */
  ObjectNode now(Principal principal) {
    boolean operates = principal.allows(Role.OPERATE);
    ObjectNode status = JSON.createObjectNode();
    components(status.putArray("components"), operates);
    streams(status, principal);
    ArrayNode jobsNow = status.putArray("jobs");
    if (operates) {
      jobs(jobsNow);
    }
    tables(status.putArray("tables"), new ClientAccess(principal));
    return status;
  }

  private void components(ArrayNode all, boolean operates) {
    Map<String, Optional<String>> report = health.report();
    for (Component component : components.get()) {
      Optional<String> problem = report.getOrDefault(component.name(), Optional.empty());
      all.addObject()
          .put("name", component.name())
          .put("state", problem.isEmpty() ? "running" : "down")
          .put("address", operates ? component.address() : "")
          .put("detail", operates ? problem.orElse("") : "");
    }
  }

  private void streams(ObjectNode status, Principal principal) {
    ArrayNode all = status.putArray("streams");
    long[] sums = new long[5];
    Map<String, Map<String, Books.Totals>> totals = new HashMap<>();
    books.forEach((blueprint, book) -> totals.put(blueprint, book.totals()));
    Map<TopicPartition, Long> ends = ends();
    Map<String, Double> perSecond = rates.perSecond();
    for (ServedStream stream : streams.all()) {
      if (!principal.mayRead(stream.name())) {
        continue;
      }
      Books.Totals books =
          totals
              .getOrDefault(stream.blueprint().name(), Map.of())
              .getOrDefault(stream.spec().name(), Books.Totals.NONE);
      long logged = books.loggedBefore(stream.logEpoch());
      for (TopicPartition partition : partitions(stream)) {
        logged += ends.getOrDefault(partition, 0L);
      }
      ObjectNode one =
          all.addObject()
              .put("blueprint", stream.blueprint().name())
              .put("stream", stream.spec().name())
              .put("schema_version", stream.schemaVersion())
              .put("partitions", stream.spec().partitions())
              .put("logged", logged)
              .put("raw", books.raw())
              .put("processed", books.processed())
              .put("duplicates", books.duplicates())
              .put("quarantined", books.quarantined())
              .put("lag", lag(stream, ends, books))
              .put("rate", rounded(perSecond.getOrDefault(stream.name(), 0.0)));
      FreshnessMonitor.Percentiles fresh = freshness.of(stream.name());
      one.putObject("freshness_ms").put("p50", fresh.p50()).put("p99", fresh.p99());
      sums[0] += logged;
      sums[1] += books.raw();
      sums[2] += books.processed();
      sums[3] += books.duplicates();
      sums[4] += books.quarantined();
    }
    status
        .putObject("totals")
        .put("logged", sums[0])
        .put("raw", sums[1])
        .put("processed", sums[2])
        .put("duplicates", sums[3])
        .put("quarantined", sums[4]);
  }

  private static double rounded(double perSecond) {
    return Math.round(perSecond * 1_000) / 1e3;
  }

  private static long lag(ServedStream stream, Map<TopicPartition, Long> ends, Books.Totals books) {
    Map<Integer, Long> committed = books.nextOffsets(stream.logEpoch());
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

  private void jobs(ArrayNode all) {
    for (FlinkJob job : jobs.jobs()) {
      ObjectNode one = all.addObject().put("name", job.name());
      try {
        CheckpointReport checkpoints = job.checkpoints();
        one.put("state", job.status().name());
        one.put("restarts", job.restarts());
        one.put("checkpoints", checkpoints.completed());
        one.put("failed_checkpoints", checkpoints.failed());
        Instant last = checkpoints.lastCompleted();
        one.put("last_checkpoint", last == null ? null : last.toString());
        Throwable failure = job.failure();
        if (failure != null) {
          one.put("failure", String.valueOf(failure.getMessage()));
        }
      } catch (LeatException e) {
        one.put("state", "UNKNOWN").put("failure", e.getMessage());
      }
    }
  }

  private void tables(ArrayNode all, ClientAccess access) {
    if (!(catalog instanceof SupportsNamespaces namespaces)) {
      return;
    }
    for (Namespace namespace : namespaces.listNamespaces()) {
      for (TableIdentifier id : catalog.listTables(namespace)) {
        if (access.refusal(namespace.toString(), id.name()).isEmpty()) {
          table(all, id, catalog.loadTable(id));
        }
      }
    }
  }

  private static void table(ArrayNode all, TableIdentifier id, Table table) {
    ObjectNode one = all.addObject().put("name", id.toString());
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
