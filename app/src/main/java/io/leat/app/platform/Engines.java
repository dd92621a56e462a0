package io.leat.app.platform;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.Durability;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkSettings;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import io.leat.app.engine.PostgresEngine;
import io.leat.app.engine.PostgresSettings;
import io.leat.app.settings.Flink;
import io.leat.app.settings.Kafka;
import io.leat.app.settings.Postgres;
import io.leat.app.settings.Settings;
import io.leat.event.LeatException;
import io.leat.state.StateSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The log, the state store and the processor: embedded or elsewhere, as {@code leat.yaml} says. */
final class Engines implements AutoCloseable {
  private final @Nullable KafkaEngine kafka;
  private final @Nullable PostgresEngine postgres;
  private final FlinkEngine flink;
  private final Settings settings;

  private Engines(
      @Nullable KafkaEngine kafka,
      @Nullable PostgresEngine postgres,
      FlinkEngine flink,
      Settings settings) {
    this.kafka = kafka;
    this.postgres = postgres;
    this.flink = flink;
    this.settings = settings;
  }

  /** Starts what is embedded, all at once. When one fails, the others are stopped again. */
  static Engines start(Settings settings, DataDirectory data) {
    CompletableFuture<@Nullable KafkaEngine> kafka =
        start("kafka", () -> settings.kafka() instanceof Kafka.Embedded embedded ? kafka(embedded, data) : null);
    CompletableFuture<@Nullable PostgresEngine> postgres =
        start(
            "postgres",
            () ->
                settings.postgres() instanceof Postgres.Embedded
                    ? PostgresEngine.start(data, PostgresSettings.defaults())
                    : null);
    CompletableFuture<@Nullable FlinkEngine> flink =
        start("flink", () -> FlinkEngine.start(data, flink(settings.flink())));
    try {
      CompletableFuture.allOf(kafka, postgres, flink).join();
      FlinkEngine started = flink.join();
      if (started == null) {
        throw new IllegalStateException("Flink is always embedded");
      }
      return new Engines(kafka.join(), postgres.join(), started, settings);
    } catch (CompletionException e) {
      for (CompletableFuture<? extends @Nullable AutoCloseable> engine : List.of(kafka, postgres, flink)) {
        closeQuietly(engine, e);
      }
      throw e.getCause() instanceof LeatException refused ? refused : e;
    }
  }

  /** Kafka client properties: where it is and how to speak to it. */
  Properties kafkaClient() {
    Properties client = new Properties();
    if (settings.kafka() instanceof Kafka.External external) {
      client.putAll(external.properties());
      client.put("bootstrap.servers", external.bootstrap());
    } else if (kafka != null) {
      client.put("bootstrap.servers", kafka.bootstrapServers());
    }
    return client;
  }

  /** Copies that a topic can have at most. */
  int replication() {
    return settings.kafka() instanceof Kafka.External external ? external.replication() : 1;
  }

  /** Where the control tables are. */
  StateSettings state() {
    if (settings.postgres() instanceof Postgres.External external) {
      String password = external.password();
      return StateSettings.of(external.url(), external.user(), password == null ? "" : password);
    }
    if (postgres == null) {
      throw new IllegalStateException("PostgreSQL is neither embedded nor external");
    }
    return StateSettings.of(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  FlinkEngine flink() {
    return flink;
  }

  @Override
  public void close() {
    List<RuntimeException> failures = new ArrayList<>();
    for (AutoCloseable engine : closeOrder()) {
      try {
        engine.close();
      } catch (RuntimeException e) {
        failures.add(e);
      } catch (Exception e) {
        failures.add(new IllegalStateException(e));
      }
    }
    if (!failures.isEmpty()) {
      RuntimeException first = failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  private List<AutoCloseable> closeOrder() {
    List<AutoCloseable> order = new ArrayList<>();
    order.add(flink);
    if (kafka != null) {
      order.add(kafka);
    }
    if (postgres != null) {
      order.add(postgres);
    }
    return order;
  }

  private static KafkaEngine kafka(Kafka.Embedded embedded, DataDirectory data) {
    return KafkaEngine.start(data, KafkaSettings.defaults());
  }

  /** The job's slots: every stream and side table shares one slot per subtask. */
  private static FlinkSettings flink(Flink flink) {
    FlinkSettings defaults = FlinkSettings.defaults();
    return new FlinkSettings(
        flink.parallelism(),
        Math.max(defaults.slots(), flink.parallelism()),
        flink.stateBackend() == Flink.StateBackend.HASHMAP
            ? FlinkSettings.State.HASHMAP
            : FlinkSettings.State.ROCKSDB,
        defaults.networkMb(),
        (int) Math.max(16, flink.memory() >> 20),
        flink.commitInterval(),
        defaults.checkpointTimeout(),
        defaults.bufferTimeout(),
        defaults.retained(),
        Duration.ofSeconds(10),
        Durability.PROCESS,
        Map.of());
  }

  private static <T> CompletableFuture<@Nullable T> start(String name, Supplier<@Nullable T> engine) {
    CompletableFuture<@Nullable T> started = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                started.complete(engine.get());
              } catch (Throwable e) { // An engine may fail with an Error; the caller reports it.
                started.completeExceptionally(e);
              }
            },
            "leat-start-" + name);
    thread.start();
    return started;
  }

  private static void closeQuietly(
      CompletableFuture<? extends @Nullable AutoCloseable> engine, Throwable cause) {
    try {
      AutoCloseable started = engine.join();
      if (started != null) {
        started.close();
      }
    } catch (CompletionException e) {
      if (e != cause) {
        cause.addSuppressed(e);
      }
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }
}
