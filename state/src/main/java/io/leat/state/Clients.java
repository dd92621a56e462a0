package io.leat.state;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The store of clients. Thread-safe; blocks. */
public final class Clients {
  private static final String COLUMNS =
      "id, name, secret_hash, roles, streams, entity_keys, rate_per_second, rate_burst,"
          + " certificate_fingerprint, certificate_subject, created_at, expires_at, revoked_at";

  private final StateDatabase database;
  private final RandomGenerator random;
  private final InstantSource clock;

  /**
   * @param random source of keys; a {@link java.security.SecureRandom} but in tests
   */
  public Clients(StateDatabase database, RandomGenerator random, InstantSource clock) {
    this.database = database;
    this.random = random;
    this.clock = clock;
  }

  /** All clients at one moment, with the number of that moment. */
  public record Snapshot(long version, List<Client> clients) {
    public Snapshot {
      clients = List.copyOf(clients);
    }
  }

  /**
   * Adds a client; one without a certificate gets a key.
   *
   * @throws LeatException CONFLICT when a living client has the name or the certificate
   */
  public AddedClient add(NewClient wanted) {
    ApiKey key = ApiKey.random(random);
    boolean withKey = wanted.certificate() == null;
    Client client =
        new Client(
            key.id(),
            wanted.name(),
            withKey ? key.hash() : null,
            wanted.roles(),
            wanted.streams(),
            wanted.entityKeys(),
            wanted.rate(),
            wanted.certificate(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            wanted.expiresAt(),
            null);
    boolean inserted =
        database.transaction("add the client '" + client.name() + "'", c -> insert(c, client));
    if (!inserted) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "A client with the name '"
              + client.name()
              + "' or this certificate exists. Revoke it first or choose another name");
    }
    return new AddedClient(client, withKey ? Optional.of(key.text()) : Optional.empty());
  }

  /** All clients, the revoked too, oldest first. */
  public List<Client> list() {
    return snapshot().clients();
  }

  /**
   * Revokes a client for good. Doing it twice changes nothing.
   *
   * @return the client as it is now; empty when there is none
   */
  public Optional<Client> revoke(String id) {
    Instant now = clock.instant();
    return database.transaction(
        "revoke the client " + id,
        connection -> {
          try (PreparedStatement update =
                  connection.prepareStatement(
                      "update client set revoked_at = ? where id = ? and revoked_at is null");
              PreparedStatement select =
                  connection.prepareStatement("select " + COLUMNS + " from client where id = ?")) {
            update.setObject(1, timestamp(now));
            update.setString(2, id);
            update.executeUpdate();
            select.setString(1, id);
            return clients(select).stream().findFirst();
          }
        });
  }

  /** A number that is another after every change. */
  public long version() {
    return database.transaction("look for changes of the clients", Clients::version);
  }

  /** All clients, the revoked too, with the version that they belong to. */
  public Snapshot snapshot() {
    return database.transaction(
        "list the clients",
        connection -> {
          connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select " + COLUMNS + " from client order by created_at, id")) {
            return new Snapshot(version(connection), clients(select));
          }
        });
  }

  private static long version(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("select version from client_version");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static boolean insert(Connection connection, Client client) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into client ("
                + COLUMNS
                + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null) on conflict do nothing")) {
      insert.setString(1, client.id());
      insert.setString(2, client.name());
      insert.setString(3, client.secretHash());
      insert.setArray(4, array(connection, client.roles()));
      insert.setArray(5, array(connection, client.streams()));
      insert.setArray(6, array(connection, client.entityKeys()));
      Client.Rate rate = client.rate();
      insert.setObject(7, rate == null ? null : rate.perSecond(), Types.DOUBLE);
      insert.setObject(8, rate == null ? null : rate.burst(), Types.BIGINT);
      Client.Certificate certificate = client.certificate();
      insert.setString(9, certificate == null ? null : certificate.fingerprint());
      insert.setString(10, certificate == null ? null : certificate.subject());
      insert.setObject(11, timestamp(client.createdAt()));
      insert.setObject(
          12,
          client.expiresAt() == null ? null : timestamp(client.expiresAt()),
          Types.TIMESTAMP_WITH_TIMEZONE);
      return insert.executeUpdate() == 1;
    }
  }

  private static List<Client> clients(PreparedStatement select) throws SQLException {
    List<Client> clients = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        clients.add(client(row));
      }
    }
    return clients;
  }

  private static Client client(ResultSet row) throws SQLException {
    double perSecond = row.getDouble("rate_per_second");
    Client.Rate rate = row.wasNull() ? null : new Client.Rate(perSecond, row.getLong("rate_burst"));
    String fingerprint = row.getString("certificate_fingerprint");
    String subject = row.getString("certificate_subject");
    return new Client(
        row.getString("id"),
        row.getString("name"),
        row.getString("secret_hash"),
        list(row.getArray("roles")),
        list(row.getArray("streams")),
        list(row.getArray("entity_keys")),
        rate,
        fingerprint == null && subject == null
            ? null
            : new Client.Certificate(fingerprint, subject),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, "expires_at"),
        instant(row, "revoked_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  private static OffsetDateTime timestamp(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static Array array(Connection connection, List<String> values) throws SQLException {
    return connection.createArrayOf("text", values.toArray());
  }

  private static List<String> list(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }
}
