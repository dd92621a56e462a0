package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientReconnector;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.leat.gateway.MessageIngest;
import io.leat.gateway.MessageIngest.Arrival;
import io.leat.gateway.MessageIngest.Fate;
import io.leat.gateway.MessageIngest.Fates;
import io.leat.gateway.format.Refusal;
import io.leat.http.HealthCheck;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages from one broker. What is not yet in the log stands in one line, in the order in
 * which it came; one thread tries its head in batches until each message has its fate, so that
 * those of an entity stay in order. The broker hears of a message only then, and gives all others
 * again to whoever comes with the same client id.
 *
 * <p>The line has a bound in bytes. When it is full nothing is read from the broker until a part of
 * it has moved; when that takes long the broker is left until the line is empty. What may be lost,
 * quality of service 0, is dropped.
 */
public final class MqttConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MqttConnection.class);
  private static final int BATCH = 1_000;
  private static final int BATCH_BYTES = 4 << 20;
  private static final Duration MOST_PATIENCE = Duration.ofSeconds(30);

  private final MqttSettings settings;
  private final MessageIngest ingest;
  private final Arrivals arrivals;
  private final MqttMetrics metrics;
  private final Backoff retries;
  private final Backoff reconnects;
  private final HeldBytes held;
  private final Duration patience;
  private final BrokerClient client;
  private final Thread thread;

  private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger losses = new AtomicInteger();
  private volatile boolean connected;
  private volatile boolean closing;

  /** This side ended the connection, because the line is full. */
  private volatile boolean left;

  private volatile @Nullable String problem = "is not connected yet";
  private volatile @Nullable String waitsFor;

  /**
   * A message in line.
   *
   * @param weight what it takes in memory, in bytes
   */
  private record Waiting(MqttMessage message, Arrival arrival, long weight) {}

  /**
   * Connects in the background, as often as it takes.
   *
   * @param ingest where messages go
   * @param mostHeld bytes of memory that messages which wait may take
   * @param vertx reads TLS files
   * @param threads names its two threads
   */
  public MqttConnection(
      MqttSettings settings,
      MessageIngest ingest,
      long mostHeld,
      MeterRegistry registry,
      Vertx vertx,
      RandomGenerator random,
      ThreadFactory threads) {
    this.settings = settings;
    this.ingest = ingest;
    this.arrivals = new Arrivals(settings, ingest::name);
    this.held = new HeldBytes(mostHeld);
    // The client must answer the broker's pings in time.
    Duration half = settings.keepAlive().dividedBy(2);
    this.patience = half.compareTo(MOST_PATIENCE) < 0 ? half : MOST_PATIENCE;
    this.metrics =
        new MqttMetrics(
            registry,
            settings.name(),
            () -> connected,
            inFlight::get,
            settings.inFlight(),
            held::held,
            mostHeld);
    this.retries = new Backoff(random);
    this.reconnects = new Backoff(random);
    this.client = BrokerClients.of(settings, vertx, threads, this::connected, this::disconnected);
    this.thread = threads.newThread(this::run);
    client.receive(this::take);
    thread.start();
    client.connect();
  }

  /** What is wrong with it, if anything is. */
  public HealthCheck health() {
    return () -> {
      String lost = problem;
      String why = waitsFor;
      if (lost != null && why != null && left) {
        return Optional.of(why + "; " + lost);
      }
      return Optional.ofNullable(lost == null ? why : lost);
    };
  }

  private void connected(MqttClientConnectedContext context) {
    int before = losses.get();
    CompletableFuture<?> unused =
        client
            .subscribe()
            .whenComplete(
                (refused, failure) -> {
                  if (failure != null || losses.get() != before) {
                    // The connection broke: the next one subscribes again.
                    return;
                  }
                  String now =
                      refused.isEmpty()
                          ? null
                          : "the broker refuses subscriptions: " + String.join(", ", refused);
                  // Not before: a broker may throw a client out as soon as it is connected.
                  reconnects.reset();
                  connected = true;
                  tell(now == null ? "is connected" : now, now);
                });
  }

  /** On the client's thread; says when to try again. */
  private void disconnected(MqttClientDisconnectedContext context) {
    losses.incrementAndGet();
    connected = false;
    Throwable cause = context.getCause();
    boolean takenOver =
        cause instanceof Mqtt5DisconnectException e
            && e.getMqttMessage().getReasonCode() == Mqtt5DisconnectReasonCode.SESSION_TAKEN_OVER;
    String now = whyLost(cause, takenOver);
    context
        .getReconnector()
        .reconnect(!closing)
        .resubscribeIfSessionExpired(false)
        .resubscribeIfSessionPresent(false)
        .delay(takenOver ? reconnects.most() : reconnects.next(), TimeUnit.MILLISECONDS);
    if (left && !closing) {
      comeBackWhenEmpty(context.getReconnector());
    }
    if (!closing) {
      tell(now, now);
    }
  }

  /**
   * The broker begins again with what it was not told of: messages that are still in line would
   * stand in it twice, in front of those that can be acknowledged.
   */
  private void comeBackWhenEmpty(MqttClientReconnector reconnector) {
    reconnector.reconnectWhen(
        held.emptied(),
        (nothing, failure) -> {
          left = false;
          reconnector.reconnect(!closing);
        });
  }

  private String whyLost(Throwable cause, boolean takenOver) {
    if (left) {
      return "holds as many messages that wait as there is room for; the broker keeps the rest";
    }
    if (takenOver) {
      return "another process connected with the client id '"
          + settings.clientId()
          + "'; give each its own 'client-id'";
    }
    return "is not connected to " + settings.host() + ":" + settings.port() + ": " + deepest(cause);
  }

  private static String deepest(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; i < 8 && cause.getCause() != null; i++) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private void tell(String event, @Nullable String now) {
    String before = problem;
    problem = now;
    if (now != null && !now.equals(before)) {
      LOG.warn("MQTT broker {}: {}", settings.name(), event);
    } else if (now == null && before != null) {
      LOG.info("MQTT broker {}: {}", settings.name(), event);
    }
  }

  /** On the client's thread: the message stands in line from here on. */
  private void take(MqttMessage message) {
    MqttSettings.Subscription subscription = arrivals.subscription(message);
    if (subscription == null) {
      // From a subscription of the session that leat.yaml has no more.
      metrics.count("none", "unmatched");
      LOG.warn(
          "MQTT broker {}: a message came for no subscription and is not kept; the session still"
              + " has one that leat.yaml lacks",
          settings.name());
      acknowledge(message);
      return;
    }
    if (message.isRetained() && subscription.retained() == MqttSettings.Retained.SKIP) {
      metrics.count(subscription.stream(), "retained");
      acknowledge(message);
      return;
    }
    long weight = message.weight();
    if (!message.redelivers() && (inFlight.get() >= settings.inFlight() || !held.fits(weight))) {
      metrics.count(subscription.stream(), "dropped");
      acknowledge(message);
      return;
    }
    awaitRoom(weight);
    inFlight.incrementAndGet();
    held.add(weight);
    queue.add(new Waiting(message, arrivals.of(message, subscription), weight));
  }

  /**
   * Stands still while the line is full. The thread is this connection's alone, so what waits for
   * it is only the broker, whose messages nobody reads from the socket meanwhile. It does so for as
   * long as the broker takes it: then the connection ends, and what was still on its way is taken.
   */
  private void awaitRoom(long weight) {
    if (left) {
      return;
    }
    try {
      if (!held.awaitRoom(weight, patience)) {
        left = true;
        CompletableFuture<?> unused = client.disconnect();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<Waiting> head = new ArrayList<>();
    while (!closing) {
      try {
        fill(head);
        if (!head.isEmpty()) {
          tryOnce(head);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("MQTT broker {}: messages could not be worked on", settings.name(), e);
        pause();
      }
    }
  }

  /** Adds what has come since, behind what is there. */
  private void fill(List<Waiting> head) throws InterruptedException {
    if (head.isEmpty()) {
      Waiting next = queue.poll(100, TimeUnit.MILLISECONDS);
      if (next == null) {
        return;
      }
      head.add(next);
    }
    long bytes = 0;
    for (Waiting waiting : head) {
      bytes += waiting.arrival().payload().length;
    }
    while (head.size() < BATCH && bytes < BATCH_BYTES) {
      Waiting next = queue.poll();
      if (next == null) {
        return;
      }
      head.add(next);
      bytes += next.arrival().payload().length;
    }
  }

  /** Leaves in {@code head} what must be tried again. */
  private void tryOnce(List<Waiting> head) throws InterruptedException {
    Fates fates = ingest.publish(head.stream().map(Waiting::arrival).toList());
    List<Waiting> later = new ArrayList<>();
    for (int i = 0; i < head.size(); i++) {
      Waiting waiting = head.get(i);
      Fate fate = fates.fates().get(i);
      if (fate == Fate.LATER) {
        later.add(waiting);
      } else {
        metrics.count(waiting.arrival().stream(), name(fate));
        inFlight.decrementAndGet();
        acknowledge(waiting.message());
        held.remove(waiting.weight());
      }
    }
    boolean progress = later.size() < head.size();
    head.clear();
    head.addAll(later);
    Refusal reason = fates.reason();
    waits(reason == null ? null : "messages wait: " + reason.reason());
    if (later.isEmpty() || progress) {
      retries.reset();
    }
    if (!later.isEmpty()) {
      metrics.retry();
      pause();
    }
  }

  private static String name(Fate fate) {
    return switch (fate) {
      case ACCEPTED -> "accepted";
      case REJECTED -> "rejected";
      case DROPPED, LATER -> "dropped";
    };
  }

  private void waits(@Nullable String reason) {
    String before = waitsFor;
    waitsFor = reason;
    if (reason != null && !reason.equals(before)) {
      LOG.warn("MQTT broker {}: {}", settings.name(), reason);
    } else if (reason == null && before != null) {
      LOG.info("MQTT broker {}: messages are taken again", settings.name());
    }
  }

  private void acknowledge(MqttMessage message) {
    try {
      message.acknowledge().run();
    } catch (RuntimeException e) {
      LOG.warn("MQTT broker {}: an acknowledgement failed: {}", settings.name(), e.toString());
    }
  }

  private void pause() {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(retries.next());
    try {
      while (!closing && System.nanoTime() - until < 0) {
        Thread.sleep(50);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends the batch in work, and leaves the broker; it keeps the session and what is not in the log.
   */
  @Override
  public void close() {
    closing = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(12));
      held.close();
      client.disconnect().get(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("MQTT broker {}: was not there to be left", settings.name(), e);
    }
  }
}
