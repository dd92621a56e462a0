package io.leat.app.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The command lines of PostgreSQL's programs. */
final class PostgresCommand {
  private PostgresCommand() {}

  static List<String> initdb(
      PostgresPrograms programs, Path cluster, String user, Path passwordFile) {
    return List.of(
        programs.program("initdb"),
        "--pgdata=" + cluster,
        "--username=" + user,
        "--pwfile=" + passwordFile,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C");
  }

  static List<String> server(
      PostgresPrograms programs, Path cluster, int port, PostgresSettings settings) {
    List<String> command = new ArrayList<>();
    command.add(programs.program("postgres"));
    command.add("-D");
    command.add(cluster.toString());
    new TreeMap<>(parameters(port, settings))
        .forEach(
            (name, value) -> {
              command.add("-c");
              command.add(name + "=" + value);
            });
    return command;
  }

  /** One machine, no replicas, few clients, small tables. */
  private static Map<String, String> parameters(int port, PostgresSettings settings) {
    return Map.ofEntries(
        Map.entry("listen_addresses", "127.0.0.1"),
        Map.entry("port", String.valueOf(port)),
        Map.entry("unix_socket_directories", ""),
        Map.entry("max_connections", String.valueOf(settings.maxConnections())),
        Map.entry("shared_buffers", settings.sharedBuffersMb() + "MB"),
        Map.entry("fsync", "on"),
        Map.entry("synchronous_commit", "on"),
        Map.entry("wal_level", "minimal"),
        Map.entry("max_wal_senders", "0"),
        Map.entry("max_logical_replication_workers", "0"),
        Map.entry("min_wal_size", "32MB"),
        Map.entry("max_wal_size", "256MB"),
        Map.entry("checkpoint_timeout", "15min"),
        Map.entry("io_method", "sync"),
        Map.entry("jit", "off"),
        Map.entry("max_parallel_workers_per_gather", "0"),
        Map.entry("autovacuum_worker_slots", "2"),
        Map.entry("autovacuum_max_workers", "2"),
        Map.entry("timezone", "UTC"),
        Map.entry("log_timezone", "UTC"),
        Map.entry("log_min_messages", "warning"),
        Map.entry("log_min_error_statement", "panic"),
        Map.entry("log_line_prefix", ""),
        Map.entry("logging_collector", "off"));
  }
}
