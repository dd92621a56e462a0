package io.leat.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.rules.Deduplication.Sighting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeduplicationTest {
  private static final long RECEIVED = 1_700_000_000_000_000L;
  private static final long DAY = Duration.ofHours(24).toNanos() / 1_000;

  private final Deduplication deduplication = new Deduplication(Duration.ofHours(24));

  @Test
  void theSamePayloadWithinTheWindowIsADuplicate() {
    assertThat(deduplication.judge(7, RECEIVED, 7, RECEIVED)).isEqualTo(Sighting.DUPLICATE);
    assertThat(deduplication.judge(7, RECEIVED, 7, RECEIVED + DAY - 1))
        .isEqualTo(Sighting.DUPLICATE);
  }

  @Test
  void anotherPayloadWithinTheWindowIsAConflict() {
    assertThat(deduplication.judge(7, RECEIVED, 8, RECEIVED + DAY - 1))
        .isEqualTo(Sighting.CONFLICT);
  }

  @Test
  void anIdIsNewAgainWhenTheWindowHasPassed() {
    assertThat(deduplication.judge(7, RECEIVED, 7, RECEIVED + DAY)).isEqualTo(Sighting.FIRST);
    assertThat(deduplication.judge(7, RECEIVED, 8, RECEIVED + DAY)).isEqualTo(Sighting.FIRST);
  }

  @Test
  void anEarlierReceiptThanTheStoredOneIsWithinTheWindow() {
    assertThat(deduplication.judge(7, RECEIVED, 7, RECEIVED - DAY)).isEqualTo(Sighting.DUPLICATE);
  }

  @Test
  void anIdentityBelongsToItsStreamClientKeyAndId() {
    Set<Deduplication.Identity> identities = new HashSet<>();
    identities.add(identity("s", "c", "k", "1"));
    identities.add(identity("t", "c", "k", "1"));
    identities.add(identity("s", "d", "k", "1"));
    identities.add(identity("s", "c", "l", "1"));
    identities.add(identity("s", "c", "k", "2"));

    assertThat(identities).hasSize(5).contains(identity("s", "c", "k", "1"));
  }

  @Test
  void partsThatRunTogetherAreToldApart() {
    assertThat(identity("s", "ab", "c", "1")).isNotEqualTo(identity("s", "a", "bc", "1"));
  }

  @Test
  void thePayloadHashIsOfTheBytes() {
    byte[] one = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
    byte[] other = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);

    assertThat(deduplication.payloadHash(one)).isEqualTo(deduplication.payloadHash(one.clone()));
    assertThat(deduplication.payloadHash(one)).isNotEqualTo(deduplication.payloadHash(other));
  }

  private Deduplication.Identity identity(String stream, String client, String key, String id) {
    return deduplication.identity(bytes(stream), bytes(client), bytes(key), bytes(id));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
