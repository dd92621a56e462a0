package io.leat.app.settings;

import io.leat.action.target.Heartbeat.HeartbeatSettings;
import io.leat.app.engine.Durability;
import io.leat.gateway.mqtt.MqttSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code leat.yaml} says: which engines Leat runs on, and its bounds. {@link SettingsLoader}
 * makes it; every part has a default.
 *
 * @param data the folder that holds everything the embedded engines keep
 * @param durability what an acknowledgement survives
 * @param http how Leat is reached
 * @param kafka the log
 * @param flink the processor
 * @param lake the tables
 * @param postgres the control tables
 * @param query the query engine
 * @param maintenance the upkeep of the tables
 * @param disk what may be taken of this machine's disks
 * @param files how much is done at once for files, and how their buckets are reached
 * @param mqtt brokers that events are taken from
 * @param heartbeat the monitor that is told that Leat is alive; null when there is none
 */
public record Settings(
    Path data,
    Durability durability,
    HttpServer http,
    Kafka kafka,
    Flink flink,
    Lake lake,
    Postgres postgres,
    Query query,
    Maintenance maintenance,
    Disk disk,
    FileWork files,
    List<MqttSettings> mqtt,
    @Nullable HeartbeatSettings heartbeat) {
  public Settings {
    mqtt = List.copyOf(mqtt);
  }

  /** Where the tables are: as configured, else {@code warehouse} in the data folder. */
  public URI warehouse() {
    URI configured = lake.warehouse();
    return configured != null
        ? configured
        : data.resolve("warehouse").toAbsolutePath().normalize().toUri();
  }

  /** The same with another data folder. */
  public Settings withData(Path newData) {
    return new Settings(
        newData,
        durability,
        http,
        kafka,
        flink,
        lake,
        postgres,
        query,
        maintenance,
        disk,
        files,
        mqtt,
        heartbeat);
  }

  /** The same with another durability. */
  public Settings with(Durability other) {
    return new Settings(
        data,
        other,
        http,
        kafka,
        flink,
        lake,
        postgres,
        query,
        maintenance,
        disk,
        files,
        mqtt,
        heartbeat);
  }

  /** The same with another HTTP server. */
  public Settings withHttp(HttpServer newHttp) {
    return new Settings(
        data,
        durability,
        newHttp,
        kafka,
        flink,
        lake,
        postgres,
        query,
        maintenance,
        disk,
        files,
        mqtt,
        heartbeat);
  }

  /** The same with another processor. */
  public Settings withFlink(Flink newFlink) {
    return new Settings(
        data,
        durability,
        http,
        kafka,
        newFlink,
        lake,
        postgres,
        query,
        maintenance,
        disk,
        files,
        mqtt,
        heartbeat);
  }

  /** The same with another upkeep of the tables. */
  public Settings withMaintenance(Maintenance newMaintenance) {
    return new Settings(
        data,
        durability,
        http,
        kafka,
        flink,
        lake,
        postgres,
        query,
        newMaintenance,
        disk,
        files,
        mqtt,
        heartbeat);
  }

  /**
   * The query engine.
   *
   * @param workers processes that run queries, each one at a time
   * @param memory bytes of memory of one worker
   * @param timeout a query that runs longer is cancelled
   * @param maxRows rows that one answer may have; the rest is cut off and said so
   * @param cache bytes of files of an object store that are kept on this machine's disk
   */
  public record Query(
      int workers, long memory, java.time.Duration timeout, int maxRows, long cache) {}

  /**
   * The work on files.
   *
   * @param workers files at a time
   * @param threads of one conversion
   * @param memory bytes of all conversions together
   * @param s3 how the buckets of blueprints are reached
   */
  public record FileWork(int workers, int threads, long memory, Lake.S3 s3) {}

  /**
   * What may be taken of this machine's disks.
   *
   * @param reserve bytes that have to stay free; 0: as the size of each file system suggests
   * @param log bytes of events that the embedded broker may keep; 0: half of its file system
   */
  public record Disk(long reserve, long log) {}
}
