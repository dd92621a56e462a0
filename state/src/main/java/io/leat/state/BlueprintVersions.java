package io.leat.state;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Blueprints as they were applied, by version. Thread-safe; blocks. */
public final class BlueprintVersions {
  private final StateDatabase database;
  private final InstantSource clock;

  public BlueprintVersions(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A blueprint as it was.
   *
   * @param files texts by their paths in its folder
   * @param appliedAt when it came into effect last
   */
  public record Kept(Map<String, String> files, Instant appliedAt) {
    public Kept {
      files = Map.copyOf(files);
    }
  }

  /**
   * A version came into effect: it is kept, unless it is there already.
   *
   * @param files texts by their paths in its folder
   * @throws io.leat.event.LeatException STATE_UNAVAILABLE
   */
  public void keep(String blueprint, String version, Map<String, String> files) {
    database.transaction(
        "keep the version " + version + " of " + blueprint,
        connection -> {
          Map<String, String> ordered = new LinkedHashMap<>(files);
          Array names = connection.createArrayOf("text", ordered.keySet().toArray());
          Array texts = connection.createArrayOf("text", ordered.values().toArray());
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "insert into blueprint_version (blueprint, version, files, applied_at)"
                      + " values (?, ?, jsonb_object(?, ?), ?)"
                      + " on conflict (blueprint, version)"
                      + " do update set applied_at = excluded.applied_at")) {
            insert.setString(1, blueprint);
            insert.setString(2, version);
            insert.setArray(3, names);
            insert.setArray(4, texts);
            insert.setObject(5, clock.instant().atOffset(ZoneOffset.UTC));
            return insert.executeUpdate();
          }
        });
  }

  /** A version; empty when it was never applied here, or by a Leat that did not keep it. */
  public Optional<Kept> find(String blueprint, String version) {
    return database.transaction(
        "read the version " + version + " of " + blueprint,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select applied_at, file.key, file.value from blueprint_version left join lateral"
                      + " jsonb_each_text(files) file on true where blueprint = ? and version ="
                      + " ?")) {
            select.setString(1, blueprint);
            select.setString(2, version);
            try (ResultSet row = select.executeQuery()) {
              Map<String, String> files = new LinkedHashMap<>();
              Instant appliedAt = null;
              while (row.next()) {
                appliedAt = row.getObject(1, OffsetDateTime.class).toInstant();
                if (row.getString(2) != null) {
                  files.put(row.getString(2), row.getString(3));
                }
              }
              return appliedAt == null
                  ? Optional.<Kept>empty()
                  : Optional.of(new Kept(files, appliedAt));
            }
          }
        });
  }
}
