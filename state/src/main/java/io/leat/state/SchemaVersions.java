package io.leat.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The numbers of the schemas that a stream has had. Thread-safe; blocks. */
public final class SchemaVersions {
  private final StateDatabase database;
  private final InstantSource clock;

  public SchemaVersions(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * The number of the schema with this fingerprint: the one it has, or the stream's next, from 1.
   *
   * @param document the schema itself, kept for who later asks what version 3 was
   */
  public int versionOf(String blueprint, String stream, String fingerprint, String document) {
    return database.transaction(
        "number the schema of " + blueprint + "." + stream,
        connection -> {
          Numbering.lock(connection, "schema_version", blueprint + "." + stream);
          Optional<Integer> known = find(connection, blueprint, stream, fingerprint);
          return known.isPresent()
              ? known.get()
              : insert(connection, blueprint, stream, fingerprint, document);
        });
  }

  /** The document of a version; empty when there is none. */
  public Optional<String> document(String blueprint, String stream, int version) {
    return database.transaction(
        "read schema " + version + " of " + blueprint + "." + stream,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select document from schema_version"
                      + " where blueprint = ? and stream = ? and version = ?")) {
            select.setString(1, blueprint);
            select.setString(2, stream);
            select.setInt(3, version);
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
          }
        });
  }

  /** The streams of the blueprint that ever had a schema here, in their order. */
  public List<String> streams(String blueprint) {
    return database.transaction(
        "read the streams of " + blueprint,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select distinct stream from schema_version"
                      + " where blueprint = ? order by stream")) {
            select.setString(1, blueprint);
            List<String> streams = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                streams.add(row.getString(1));
              }
            }
            return List.copyOf(streams);
          }
        });
  }

  private static Optional<Integer> find(
      Connection connection, String blueprint, String stream, String fingerprint)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select version from schema_version"
                + " where blueprint = ? and stream = ? and fingerprint = ?")) {
      select.setString(1, blueprint);
      select.setString(2, stream);
      select.setString(3, fingerprint);
      return Numbering.number(select);
    }
  }

  private int insert(
      Connection connection, String blueprint, String stream, String fingerprint, String document)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into schema_version"
                + " (blueprint, stream, version, fingerprint, document, created_at)"
                + " select ?, ?, coalesce(max(version), 0) + 1, ?, ?, ? from schema_version"
                + " where blueprint = ? and stream = ? returning version")) {
      insert.setString(1, blueprint);
      insert.setString(2, stream);
      insert.setString(3, fingerprint);
      insert.setString(4, document);
      insert.setObject(5, clock.instant().atOffset(ZoneOffset.UTC));
      insert.setString(6, blueprint);
      insert.setString(7, stream);
      return Numbering.number(insert).orElseThrow();
    }
  }
}
