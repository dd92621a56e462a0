package io.leat.acceptance;

import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertId;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.Severity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Says what detectors would say when everything breaks at once, evenly spread over a time, however
 * often the log goes away meanwhile. Each device fires and recovers again and again, every other
 * one when its neighbours do not, so that a site has something firing until the end; at the end
 * every other site is well. Some alerts are said twice, as after a restore of their job.
 */
final class TestingStorm implements AutoCloseable {
  static final String BLUEPRINT = "storm";
  static final String DETECTOR = "broken";
  static final String SITE = "site";

  /** Longer than any outage of the story. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Newer than that of any job, so that no firing set ends what this says. */
  private static final long GENERATION = Long.MAX_VALUE / 2;

  private final Size size;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Device[] devices;
  private final AtomicLong said = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final Thread thread;

  /**
   * How much of it.
   *
   * @param devices a multiple of {@code 2 * sites}, or as many as sites
   * @param sites that alerts are grouped by
   * @param waves alerts of each device
   * @param time how long it takes
   */
  record Size(int devices, int sites, int waves, Duration time) {
    long alerts() {
      return (long) devices * waves;
    }
  }

  /** What the incident of a site has to look like when all is over. */
  record Truth(int firing, int total) {}

  /** What was said of a device last. For the thread that speaks. */
  private static final class Device {
    private int episode = -1;
    private boolean isFiring;
  }

  TestingStorm(Size size, String bootstrap) {
    this.size = size;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "linger.ms",
                5,
                "max.block.ms",
                PATIENCE.toMillis(),
                "delivery.timeout.ms",
                (int) PATIENCE.toMillis(),
                "request.timeout.ms",
                5_000,
                "reconnect.backoff.max.ms",
                200),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.devices = new Device[size.devices()];
    for (int i = 0; i < devices.length; i++) {
      devices[i] = new Device();
    }
    this.thread = new Thread(this::run, "testing-storm");
    thread.start();
  }

  private void run() {
    try {
      Pace pace = new Pace(System.nanoTime());
      for (int wave = 0; wave < size.waves(); wave++) {
        // What fires comes first, so that no site is well in between.
        for (boolean fires : new boolean[] {true, false}) {
          for (int device = 0; device < devices.length; device++) {
            if (fires(device, wave) == fires) {
              say(device, fires);
              pace.keep();
            }
          }
        }
      }
      producer.flush();
      end.complete(null);
    } catch (InterruptedException | RuntimeException e) {
      end.completeExceptionally(e);
    }
  }

  /** So many alerts a second, whatever became of those before. */
  private final class Pace {
    private final long began;
    private long done;

    Pace(long began) {
      this.began = began;
    }

    void keep() throws InterruptedException {
      done++;
      long due = began + (long) (size.time().toNanos() * ((double) done / size.alerts()));
      long millis = (due - System.nanoTime()) / 1_000_000;
      if (millis > 1) {
        Thread.sleep(millis);
      }
    }
  }

  private int site(int device) {
    return device % size.sites();
  }

  private int neighbour(int device) {
    return size.sites() == size.devices() ? device : device / size.sites();
  }

  /** Whether the device fires after the wave, or goes on to. */
  private boolean fires(int device, int wave) {
    if (wave == 0) {
      return true;
    }
    boolean isEven = neighbour(device) % 2 == 0;
    boolean isLast = wave == size.waves() - 1;
    if (isLast && size.sites() != size.devices() && site(device) % 2 == 0) {
      return false; // the site is well
    }
    return isEven ? wave % 2 == 0 : wave % 2 == 1;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The callback hears of it.
  private void say(int number, boolean fires) {
    Device device = devices[number];
    if (fires && !device.isFiring) {
      device.episode++;
    }
    device.isFiring = fires;
    ProducerRecord<byte[], byte[]> record = record(number, device);
    said.incrementAndGet();
    producer.send(
        record,
        (metadata, e) -> {
          if (e == null) {
            acknowledged.incrementAndGet();
          } else {
            failure.compareAndSet(null, e);
          }
        });
  }

  private ProducerRecord<byte[], byte[]> record(int number, Device device) {
    String key = "device-" + number;
    LogPosition began =
        new LogPosition(1, BLUEPRINT + ".reading", 0, number * 100L + device.episode);
    Instant now = Instant.now();
    Alert.State state = device.isFiring ? Alert.State.FIRING : Alert.State.RESOLVED;
    Alert alert =
        new Alert(
            AlertId.of(BLUEPRINT, DETECTOR, key, began),
            state,
            BLUEPRINT,
            "b1",
            DETECTOR,
            "d1",
            "threshold",
            "reading",
            key,
            number % 10 == 0 ? Severity.CRITICAL : Severity.MAJOR,
            key + (device.isFiring ? " is broken" : " is well"),
            now,
            now,
            Map.of("level", 91.5),
            Map.of(SITE, siteName(site(number))),
            List.of(began),
            null,
            GENERATION,
            now);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Names.alertsTopic(BLUEPRINT),
            (DETECTOR + "|" + key).getBytes(StandardCharsets.UTF_8),
            AlertJson.encode(alert));
    record.headers().add("ce_type", AlertJson.type(state).getBytes(StandardCharsets.UTF_8));
    return record;
  }

  private static String siteName(int site) {
    return "site-" + site;
  }

  /** How much of it has been, from 0 to 1. */
  double progress() {
    return (double) said.get() / size.alerts();
  }

  /**
   * Waits until all has been said and is in the log.
   *
   * @return by site, what has to have become of it
   */
  Map<String, Truth> await() throws InterruptedException, ExecutionException, TimeoutException {
    end.get(size.time().plus(PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
    Exception failed = failure.get();
    if (failed != null || acknowledged.get() != size.alerts()) {
      throw new IllegalStateException(
          "of " + size.alerts() + " alerts the log has " + acknowledged.get(), failed);
    }
    Map<String, Truth> truth = new HashMap<>();
    for (int number = 0; number < devices.length; number++) {
      Device device = devices[number];
      truth.merge(
          siteName(site(number)),
          new Truth(device.isFiring ? 1 : 0, device.episode + 1),
          (a, b) -> new Truth(a.firing() + b.firing(), a.total() + b.total()));
    }
    return new TreeMap<>(truth);
  }

  @Override
  public void close() {
    thread.interrupt();
    producer.close(Duration.ZERO);
  }
}
