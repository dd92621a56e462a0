package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.app.reconcile.Period;
import io.leat.app.reconcile.ReconciledStream;
import io.leat.app.reconcile.Reconciler;
import io.leat.app.reconcile.Surroundings;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.lake.EventTables;
import io.leat.lake.OffsetRange;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelfCheckTest {
  private static final List<ReconciledStream> STREAMS =
      List.of(new ReconciledStream("devices", "telemetry", 1));

  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Engines engines = new Engines();
  private final InstantSource clock = InstantSource.system();
  private final Reconciling reconciling =
      new Reconciling(new Reconciler(catalog, engines, clock, Duration.ZERO), clock);

  /** A log of ten records, of which so many were acknowledged. */
  private static final class Engines implements Surroundings {
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile long acknowledged = 10;
    private volatile boolean away;
    private volatile boolean hanging;

    @Override
    public long switches(ReconciledStream stream) {
      return 0;
    }

    @Override
    public Map<Integer, OffsetRange> kept(ReconciledStream stream) {
      return Map.of(0, new OffsetRange(0, 10));
    }

    @Override
    public Map<LogPosition, Instant> times(Collection<LogPosition> records) {
      return Map.of();
    }

    @Override
    public Map<Integer, Map<Integer, Long>> committed(ReconciledStream stream) {
      return Map.of(1, Map.of(0, 10L));
    }

    @Override
    public List<Answered> answered(ReconciledStream stream) {
      if (away) {
        throw new LeatException(ErrorCode.STATE_UNAVAILABLE, "PostgreSQL does not answer");
      }
      try {
        if (hanging) {
          open.await();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return List.of(new Answered(1, acknowledged, 0, Instant.EPOCH, 0));
    }
  }

  @BeforeEach
  void createLedger() {
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("devices_raw"));
    catalog.createTable(
        TableIdentifier.of("devices_raw", "ledger"),
        EventTables.ledger(),
        PartitionSpec.unpartitioned());
  }

  @AfterEach
  void close() {
    reconciling.close();
  }

  @Test
  void whatItFindsIsInTheMetricsAndTheStatus() throws Exception {
    try (SelfCheck check =
        new SelfCheck(reconciling, () -> STREAMS, registry, clock, Duration.ofMillis(20))) {
      assertThat(metric("leat_reconcile_gaps")).isNaN();
      assertThat(check.status().path("checked_at").isNull()).isTrue();

      check.start();
      await(() -> metric("leat_reconcile_gaps") == 0);
      engines.acknowledged = 12;
      await(() -> metric("leat_reconcile_gaps") == 1);

      assertThat(check.status().path("gaps").asLong()).isEqualTo(1);
      assertThat(check.status().path("streams").path(0).asText()).isEqualTo("devices.telemetry");
      assertThat(metric("leat_reconcile_last_success_timestamp_seconds")).isPositive();
      assertThat(metric("leat_reconcile_duration_seconds")).isNotNegative();

      engines.away = true;
      await(() -> check.status().path("failure").asText("").equals("PostgreSQL does not answer"));
      assertThat(check.status().path("gaps").asLong()).as("what was found last").isEqualTo(1);

      engines.away = false;
      engines.acknowledged = 10;
      await(() -> metric("leat_reconcile_gaps") == 0);
      await(() -> check.status().path("failure").isNull());
    }
  }

  @Test
  void runsWaitForEachOtherAndTooManyAreRefused() {
    engines.hanging = true;
    Period period = new Period(null, clock.instant());
    Reconciling.Run first = reconciling.begin("a", STREAMS, period);
    await(() -> first.progress().startsWith("asking the log"));
    assertThat(first.await(Duration.ofMillis(1))).isEmpty();
    Reconciling.Run second = reconciling.begin("b", STREAMS, period);
    for (int i = 0; i < 3; i++) {
      reconciling.begin("c", STREAMS, period);
    }

    assertThatThrownBy(() -> reconciling.begin("d", STREAMS, period))
        .hasMessage("There are 4 reconciliations waiting already");
    assertThatThrownBy(() -> reconciling.find("a", second.id())).isInstanceOf(LeatException.class);
    assertThat(reconciling.find("b", second.id())).isSameAs(second);
    assertThat(second.progress()).isEqualTo("waiting for another one to end");
    engines.open.countDown();

    assertThat(first.await(Duration.ofSeconds(20)).orElseThrow().gaps()).isZero();
    assertThat(second.await(Duration.ofSeconds(20)).orElseThrow().gaps()).isZero();
  }

  private double metric(String name) {
    return registry.get(name).gauge().value();
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean() && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
