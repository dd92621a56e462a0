package io.leat.app.cli;

import io.leat.app.demo.Freshness;
import io.leat.app.engine.StartObserver;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts the engines, the gateway and the jobs of some blueprints in this process. */
@FunctionalInterface
public interface PlatformLauncher {

  /**
   * Starts everything and returns when it serves.
   *
   * @param blueprints folders with a {@code blueprint.yaml}
   * @param config {@code leat.yaml}, or null for the defaults
   * @param data the data directory; created if it is missing
   * @param overrides settings by their path in {@code leat.yaml}, stronger than the file
   * @param observer is told what is being started
   * @throws io.leat.event.LeatException if the data directory is in use, a port is taken or a file
   *     has problems; the message names it
   */
  Running start(
      List<Path> blueprints,
      @Nullable Path config,
      Path data,
      Map<String, String> overrides,
      StartObserver observer);

  /** A running platform. */
  interface Running extends AutoCloseable {
    /** Where its HTTP server listens. */
    URI baseUri();

    /** The API key of its administrator. */
    String adminKey();

    /** What runs where, in the order of their start. */
    List<Component> components();

    /** How soon accepted events are committed to the processed tables. */
    Freshness freshness();

    /** Stops everything in reverse order. */
    @Override
    void close();
  }

  /**
   * A part of the platform.
   *
   * @param name such as {@code kafka}
   * @param address where it listens or lives
   * @param state in a word, such as {@code running}
   */
  record Component(String name, String address, String state) {}
}
