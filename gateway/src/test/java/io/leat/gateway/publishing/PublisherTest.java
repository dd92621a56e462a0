package io.leat.gateway.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
  private static TestingBroker broker;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Publisher> publishers = new ArrayList<>();

  @BeforeAll
  static void startBroker(@TempDir Path directory) throws Exception {
    broker = new TestingBroker(directory);
    broker.create("t.one", 2);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @AfterEach
  void closePublishers() {
    publishers.forEach(Publisher::close);
  }

  @Test
  void everyMessageGetsItsPositionAndTheHandoverEndsOnce() throws Exception {
    Publisher publisher = publisher(defaults());
    Sent sent = new Sent();
    for (int i = 0; i < 100; i++) {
      sent.handover.add(message("t.one", i % 2, "k" + i % 2, "value " + i));
    }

    assertThat(sent.offerTo(publisher)).isTrue();

    assertThat(sent.await()).isTrue();
    for (int i = 0; i < 100; i++) {
      assertThat(sent.handover.outcome(i)).isEqualTo(Outcome.ACKNOWLEDGED);
      assertThat(sent.handover.partition(i)).isEqualTo(i % 2);
    }
    List<Long> even = IntStream.range(0, 50).mapToObj(i -> sent.handover.offset(i * 2)).toList();
    assertThat(even).isSorted().doesNotHaveDuplicates();
    assertThat(registry.get("leat.publish.unacknowledged.bytes").gauge().value()).isZero();
    assertThat(registry.get("leat.publish").timer().count()).isEqualTo(1);
  }

  @Test
  void whatKafkaFindsTooLargeIsSaidAndLaterOnesOfItsKeyAreNotAttempted() throws Exception {
    Publisher publisher = publisher(defaults());
    Sent sent = new Sent();
    sent.handover.add(message("t.one", 0, "a", "x".repeat(2_000_000)));
    sent.handover.add(message("t.one", 0, "a", "small"));
    sent.handover.add(message("t.one", 0, "b", "small"));

    sent.offerTo(publisher);

    assertThat(sent.await()).isTrue();
    assertThat(sent.outcomes())
        .containsExactly(Outcome.TOO_LARGE, Outcome.NOT_ATTEMPTED, Outcome.ACKNOWLEDGED);
  }

  @Test
  void aTopicThatIsNotThereIsUnavailableSoonAndDoesNotHoldUpOthers() throws Exception {
    Publisher publisher = publisher(defaults());
    Sent warm = new Sent();
    warm.handover.add(message("t.one", 0, "a", "warm"));
    warm.offerTo(publisher);
    assertThat(warm.await()).isTrue();
    Sent missing = new Sent();
    for (int i = 0; i < 50; i++) {
      missing.handover.add(message("t.missing", 0, "a" + i, "x"));
    }
    Sent again = new Sent();
    again.handover.add(message("t.missing", 0, "a", "x"));
    Sent other = new Sent();
    other.handover.add(message("t.one", 0, "a", "x"));
    long start = System.nanoTime();

    missing.offerTo(publisher);
    again.offerTo(publisher);
    other.offerTo(publisher);

    assertThat(missing.await()).isTrue();
    assertThat(missing.outcomes()).containsOnly(Outcome.UNAVAILABLE);
    assertThat(again.await()).isTrue();
    assertThat(again.outcomes()).containsOnly(Outcome.UNAVAILABLE);
    assertThat(other.await()).isTrue();
    assertThat(other.outcomes()).containsOnly(Outcome.ACKNOWLEDGED);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void overItsBoundItTakesNothingOn() throws Exception {
    PublisherSettings d = defaults();
    Publisher publisher =
        publisher(
            new PublisherSettings(
                d.kafka(),
                d.maxWaiting(),
                d.maxBlock(),
                d.deliveryTimeout(),
                d.linger(),
                d.batchBytes(),
                d.bufferBytes(),
                d.compression(),
                d.maxRequests(),
                3_000));
    Sent first = new Sent();
    first.handover.add(message("t.missing", 0, "a", "x".repeat(2_000)));
    Sent second = new Sent();
    second.handover.add(message("t.one", 0, "a", "x".repeat(2_000)));

    assertThat(first.offerTo(publisher)).isTrue();
    assertThat(publisher.hasRefused(Duration.ofMinutes(5))).isFalse();
    assertThat(second.offerTo(publisher)).isFalse();
    assertThat(publisher.hasRefused(Duration.ofMinutes(5))).isTrue();
    assertThat(publisher.hasRefused(Duration.ZERO)).as("long ago").isFalse();

    assertThat(first.await()).isTrue();
    Sent third = new Sent();
    third.handover.add(message("t.one", 0, "a", "x".repeat(2_000)));
    assertThat(third.offerTo(publisher)).isTrue();
    assertThat(third.await()).isTrue();
  }

  @Test
  void anExpiredHandoverEndsAtOnceAndIsNotSentLater() {
    Sent sent = new Sent();
    sent.handover.add(message("t.one", 0, "expired", "x"));
    sent.handover.add(message("t.one", 0, "expired", "y"));
    sent.handover.seal();
    assertThat(sent.handover.claim(0)).isTrue();

    sent.handover.expire();

    assertThat(sent.outcomes()).containsExactly(Outcome.UNKNOWN, Outcome.UNAVAILABLE);
    assertThat(sent.handover.claim(1)).isFalse();
    assertThat(sent.handover.acknowledge(0, 0, 7)).isFalse();
    assertThat(sent.done.getCount()).isZero();
  }

  @Test
  void afterAnUnknownOutcomeLaterOnesOfTheKeyAreNotAttempted() {
    Sent sent = new Sent();
    sent.handover.add(message("t.one", 0, "a", "1"));
    sent.handover.add(message("t.one", 0, "b", "2"));
    sent.handover.add(message("t.one", 0, "a", "3"));
    sent.handover.seal();
    sent.handover.claim(0);

    sent.handover.fail(0, Outcome.UNKNOWN);

    assertThat(sent.handover.claim(1)).isTrue();
    assertThat(sent.handover.claim(2)).isFalse();
    assertThat(sent.outcomes())
        .containsExactly(Outcome.UNKNOWN, Outcome.HANDED_OVER, Outcome.NOT_ATTEMPTED);
  }

  private Publisher publisher(PublisherSettings settings) {
    Publisher publisher = new Publisher(settings, registry, r -> new Thread(r, "test-publisher"));
    publishers.add(publisher);
    return publisher;
  }

  private static PublisherSettings defaults() {
    return PublisherSettings.defaults(broker.client());
  }

  private static Message message(String topic, int partition, @Nullable String key, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return new Message(
        topic,
        partition,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        bytes,
        0,
        bytes.length,
        List.of());
  }

  private static final class Sent {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Handover handover = new Handover(done::countDown);

    boolean offerTo(Publisher publisher) {
      handover.seal();
      return publisher.offer(handover);
    }

    boolean await() throws InterruptedException {
      return done.await(6, TimeUnit.SECONDS);
    }

    List<Outcome> outcomes() {
      return IntStream.range(0, handover.size()).mapToObj(handover::outcome).toList();
    }
  }
}
