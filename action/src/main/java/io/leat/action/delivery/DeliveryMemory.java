package io.leat.action.delivery;

import io.leat.action.target.DeliveryLostException;
import io.leat.action.target.TargetMemory;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.util.Optional;

/** What a target remembers of an incident. */
final class DeliveryMemory implements TargetMemory {
  /** Longer values are refused. */
  static final int LONGEST = 2_000;

  private final StateDatabase database;
  private final Claim claim;

  DeliveryMemory(StateDatabase database, Claim claim) {
    this.database = database;
    this.claim = claim;
  }

  @Override
  public Optional<String> get(String name) {
    return database.transaction(
        "read a target's memory",
        connection ->
            Sql.first(
                    connection,
                    "select memory ->> ? as value from delivery where id = ?",
                    row -> Optional.ofNullable(row.getString("value")),
                    name,
                    claim.id())
                .orElse(Optional.empty()));
  }

  @Override
  public void put(String name, String value) {
    if (value.length() > LONGEST) {
      throw new IllegalArgumentException("'" + name + "' is longer than " + LONGEST);
    }
    int mine =
        database.transaction(
            "keep a target's memory",
            connection ->
                Sql.update(
                    connection,
                    "update delivery set memory = jsonb_set(memory, array[?], to_jsonb(?::text))"
                        + " where id = ? and lease_owner = ?",
                    name,
                    value,
                    claim.id(),
                    claim.owner()));
    if (mine == 0) {
      throw new DeliveryLostException(
          "Delivery " + claim.id() + " was taken over by another worker");
    }
  }
}
