package io.leat.app.demo;

import io.leat.action.twin.ServiceNowTwin;
import io.leat.action.twin.TwinSettings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Where the demo's tickets go: a twin of ServiceNow in this process, and a copy of the blueprint
 * that delivers to it and whose detectors do not wait for longer than a demo lasts.
 */
public final class TicketDesk implements AutoCloseable {
  private static final String SECRET = "demo-servicenow";
  private static final String USER = "leat";
  private static final long SECONDS = 10;

  private final Vertx vertx;
  private final ServiceNowTwin twin;
  private final Path secret;
  private final Path folder;
  private final Pace pace;

  private TicketDesk(Vertx vertx, ServiceNowTwin twin, Path secret, Path folder, Pace pace) {
    this.vertx = vertx;
    this.twin = twin;
    this.secret = secret;
    this.folder = folder;
    this.pace = pace;
  }

  /**
   * Starts the twin and makes the copy.
   *
   * @param blueprint the folder to copy
   * @param data the data directory, which gets the twin's password
   * @param devices machines in the fleet
   * @throws IOException if the blueprint lacks what the demo changes in it
   */
  public static TicketDesk open(Path blueprint, Path data, int devices, InstantSource clock)
      throws IOException, InterruptedException {
    Pace pace = Pace.of(devices);
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    ServiceNowTwin twin =
        new ServiceNowTwin(vertx, TwinSettings.of(0, Map.of(USER, password)), clock);
    Path secret = data.resolve("secrets").resolve(SECRET);
    Files.createDirectories(secret.getParent());
    Files.writeString(secret, USER + ":" + password + "\n");
    Path folder = Files.createTempDirectory("leat-demo-blueprint-");
    TicketDesk desk = new TicketDesk(vertx, twin, secret, folder, pace);
    try {
      DemoBlueprint.copy(blueprint, desk.blueprint(), twin.uri(), SECRET, pace.silence());
      return desk;
    } catch (IOException | RuntimeException e) {
      desk.close();
      throw e;
    }
  }

  /** The folder to start instead of the shipped one. */
  public Path blueprint() {
    return folder.resolve("blueprint");
  }

  /** Where a person sees the tickets. */
  public URI uri() {
    return twin.uri();
  }

  /** After how long without a heartbeat a machine is offline in the copy. */
  public Duration silence() {
    return pace.silence();
  }

  Pace pace() {
    return pace;
  }

  /** All tickets, field values by name. */
  List<Map<String, String>> tickets() {
    return twin.incidents();
  }

  /** To be called when the platform has stopped. */
  @Override
  public void close() {
    twin.close();
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
      Files.deleteIfExists(secret);
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(one);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the demo's copy of the blueprint cannot be removed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the twin did not close", e);
    }
  }

  /**
   * How often machines send heartbeats, and how long they may be silent.
   *
   * @param turns a machine that is well sends in one of so many seconds
   * @param silence after which a machine is offline
   */
  record Pace(int turns, Duration silence) {
    private static final int MOST_A_SECOND = 1_000;
    private static final Duration LEAST = Duration.ofSeconds(10);
    private static final Duration LONGEST_SEEN = Duration.ofSeconds(60);

    static Pace of(int devices) {
      int turns = Math.max(2, (devices + MOST_A_SECOND - 1) / MOST_A_SECOND);
      Duration silence = Duration.ofSeconds(4L * turns);
      return new Pace(turns, silence.compareTo(LEAST) < 0 ? LEAST : silence);
    }

    /** Whether a demo lasts long enough to see it. */
    boolean isSeen() {
      return silence.compareTo(LONGEST_SEEN) <= 0;
    }
  }
}
