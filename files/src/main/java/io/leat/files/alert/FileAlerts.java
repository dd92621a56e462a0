package io.leat.files.alert;

import io.leat.files.work.Breakers;
import io.leat.files.work.FileSource;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import io.leat.rules.file.FileSourceSpec;
import io.leat.state.StateDatabase;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks once a second for what people are to be told, and says it until it surely is said. */
public final class FileAlerts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FileAlerts.class);
  private static final long EVERY_MILLIS = 1_000;
  private static final int ID_BYTES = 16;

  private final AlertRows rows;
  private final AlertSink sink;
  private final InstantSource clock;
  private final Thread thread;
  private final Map<String, Boolean> noted = new HashMap<>();
  private volatile List<FileSource> sources = List.of();
  private volatile Map<String, String> versions = Map.of();
  private volatile boolean isStopping;

  public FileAlerts(StateDatabase database, AlertSink sink, InstantSource clock) {
    this.rows = new AlertRows(database);
    this.sink = sink;
    this.clock = clock;
    this.thread = new Thread(this::run, "leat-files-alerts");
    this.thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /**
   * The sources that there are.
   *
   * @param blueprintVersions by blueprint, a hash of its files
   */
  public void follow(Collection<FileSource> all, Map<String, String> blueprintVersions) {
    versions = Map.copyOf(blueprintVersions);
    sources = List.copyOf(all);
  }

  private void run() {
    while (!isStopping) {
      try {
        Thread.sleep(EVERY_MILLIS);
        sayAll();
      } catch (InterruptedException e) {
        return; // close() asks for it
      } catch (RuntimeException | Error e) {
        if (!isStopping) {
          log.warn("Cannot say alerts about files: {}", e.getMessage());
        }
      }
    }
  }

  /** Says what is to be said now. */
  void sayAll() {
    notePlaces();
    Set<String> blueprints =
        sources.stream().map(FileSource::blueprint).collect(Collectors.toSet());
    if (blueprints.isEmpty()) {
      return;
    }
    for (AlertRows.OfFile one : rows.ofFiles(blueprints)) {
      sink.say(alert(one));
      rows.said(one);
    }
    for (AlertRows.OfPlace one : rows.ofPlaces(blueprints)) {
      sink.say(alert(one));
      rows.said(one);
    }
  }

  private void notePlaces() {
    for (FileSource source : sources) {
      for (Breakers.Side side : Breakers.Side.values()) {
        boolean isOpen = source.breakers().isOpen(side);
        String key = source.name() + "/" + side.text();
        if (!Boolean.valueOf(isOpen).equals(noted.get(key))) {
          rows.note(
              source.blueprint(),
              source.spec().name(),
              side,
              isOpen,
              source.breakers().reason(side),
              clock.instant());
          noted.put(key, isOpen);
        }
      }
    }
  }

  private Alert alert(AlertRows.OfFile one) {
    Map<String, Object> values = new TreeMap<>();
    values.put("file", one.id());
    values.put("category", one.category());
    values.put("code", one.code());
    String summary =
        one.isFiring()
            ? "File " + one.name() + " cannot be converted: " + one.reason()
            : "File " + one.name() + " is no dead letter any more";
    return alert(
        one.blueprint(),
        one.source(),
        one.name(),
        "file " + one.id(),
        one.isFiring(),
        Severity.MAJOR,
        summary,
        values,
        one.since());
  }

  private Alert alert(AlertRows.OfPlace one) {
    Map<String, Object> values = new TreeMap<>();
    values.put("side", one.side());
    values.put("reason", one.reason());
    String place = one.side().equals("source") ? "The source" : "The output's place";
    String summary =
        one.isFiring()
            ? place + " of files " + one.source() + " does not answer: " + one.reason()
            : place + " of files " + one.source() + " answers again";
    return alert(
        one.blueprint(),
        one.source(),
        one.side(),
        one.side() + " " + one.episode(),
        one.isFiring(),
        Severity.CRITICAL,
        summary,
        values,
        one.isFiring() ? one.since() : clock.instant());
  }

  private Alert alert(
      String blueprint,
      String source,
      String key,
      String cause,
      boolean isFiring,
      Severity severity,
      String summary,
      Map<String, Object> values,
      Instant since) {
    String detector = FileSourceSpec.detector(source);
    return new Alert(
        id(blueprint, detector, cause),
        isFiring ? Alert.State.FIRING : Alert.State.RESOLVED,
        blueprint,
        versions.getOrDefault(blueprint, ""),
        detector,
        "1",
        FileSourceSpec.ALERT_KIND,
        source,
        key,
        severity,
        summary,
        since,
        since,
        values,
        Map.of(),
        List.of(),
        null,
        0,
        clock.instant());
  }

  private static String id(String blueprint, String detector, String cause) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] hash =
          sha256.digest(
              String.join("\0", blueprint, detector, cause).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(hash, ID_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    isStopping = true;
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
