package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.Client;
import io.leat.state.Clients;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All clients in memory, so that a request is authenticated without I/O. A thread of its own asks
 * PostgreSQL for a version each {@code every} and reads the clients when it has moved. When
 * PostgreSQL is away the last known clients are served, and {@link #health()} says so.
 */
public final class ClientDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClientDirectory.class);

  private final Clients clients;
  private final Duration every;
  private final Thread poller;
  private volatile @Nullable Index index;
  private volatile @Nullable String problem = "the clients have not been read yet";
  private volatile boolean closed;

  /** Looks for changes each second. */
  public ClientDirectory(Clients clients, MeterRegistry registry) {
    this(clients, registry, Duration.ofSeconds(1));
  }

  /**
   * @param every how often it looks for changes: how long a revocation may take to be seen here
   */
  public ClientDirectory(Clients clients, MeterRegistry registry, Duration every) {
    this.clients = clients;
    this.every = every;
    this.poller = new Thread(this::poll, "leat-clients");
    this.poller.setDaemon(true);
    Gauge.builder("leat_clients", this, ClientDirectory::size).register(registry);
  }

  /** The clients of one version, by what a request shows. */
  private record Index(
      long version,
      Map<String, Client> byId,
      Map<String, Client> byFingerprint,
      Map<String, Client> bySubject) {

    static Index of(Clients.Snapshot snapshot) {
      Map<String, Client> byId = new HashMap<>();
      Map<String, Client> byFingerprint = new HashMap<>();
      Map<String, Client> bySubject = new HashMap<>();
      for (Client client : snapshot.clients()) {
        byId.put(client.id(), client);
        Client.Certificate certificate = client.certificate();
        if (certificate != null && certificate.fingerprint() != null) {
          byFingerprint.merge(certificate.fingerprint(), client, Index::living);
        } else if (certificate != null && certificate.subject() != null) {
          bySubject.merge(certificate.subject(), client, Index::living);
        }
      }
      return new Index(snapshot.version(), byId, byFingerprint, bySubject);
    }

    /** Of two clients with one certificate at most one is not revoked. */
    private static Client living(Client one, Client other) {
      return one.revokedAt() == null ? one : other;
    }
  }

  /** Starts to read. What is asked before the first reading has ended gets STATE_UNAVAILABLE. */
  public void start() {
    poller.start();
  }

  /**
   * Reads the clients now; blocks. Called after a change by this process, so that it counts here at
   * once.
   */
  public void refresh() {
    Clients.Snapshot snapshot = clients.snapshot();
    synchronized (this) {
      Index old = index;
      if (old == null || old.version() < snapshot.version()) {
        index = Index.of(snapshot);
      }
      problem = null;
    }
  }

  /** The client with this id, revoked or not. */
  Optional<Client> byId(String id) {
    return Optional.ofNullable(index().byId().get(id));
  }

  /** The client of a certificate: by its fingerprint, else by its common name. */
  Optional<Client> byCertificate(String fingerprint, Optional<String> subject) {
    Index now = index();
    Client client = now.byFingerprint().get(fingerprint);
    return client != null ? Optional.of(client) : subject.map(name -> now.bySubject().get(name));
  }

  /** Well while the clients are known to be no older than one look. */
  public HealthCheck health() {
    return () -> Optional.ofNullable(problem);
  }

  @Override
  public void close() {
    closed = true;
    poller.interrupt();
  }

  private Index index() {
    Index now = index;
    if (now == null) {
      throw new LeatException(
          ErrorCode.STATE_UNAVAILABLE, "The clients cannot be read yet: " + problem);
    }
    return now;
  }

  private int size() {
    Index now = index;
    return now == null ? 0 : now.byId().size();
  }

  private void poll() {
    while (!closed) {
      try {
        Index known = index;
        if (known == null || known.version() != clients.version()) {
          refresh();
        } else {
          problem = null;
        }
      } catch (RuntimeException e) {
        if (problem == null && !closed) {
          log.warn("Cannot look for changes of the clients; the last known are served", e);
        }
        problem = (index == null ? "" : "serving the last known clients: ") + e.getMessage();
      }
      LockSupport.parkNanos(every.toNanos());
    }
  }
}
