package io.leat.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeldBytesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HeldBytes held = new HeldBytes(100);

  @Test
  void whatGoesBeyondTheBoundDoesNotFit() {
    held.add(60);

    assertThat(held.fits(40)).isTrue();
    assertThat(held.fits(41)).isFalse();
    assertThat(held.held()).isEqualTo(60);
  }

  @Test
  void anEmptyLineTakesWhateverComes() throws InterruptedException {
    assertThat(held.fits(1_000)).isTrue();
    assertThat(held.awaitRoom(1_000, Duration.ZERO)).isTrue();
  }

  @Test
  void whoWaitsGoesOnWhenAQuarterIsFree() throws Exception {
    held.add(100);
    CompletableFuture<Boolean> room = waiting(5);

    held.remove(29);
    assertThat(room.isDone()).isFalse();
    held.remove(1);

    assertThat(room.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoWaitsForMoreThanTheBoundGoesOnWhenNothingIsHeld() throws Exception {
    held.add(100);
    CompletableFuture<Boolean> room = waiting(1_000);

    held.remove(99);
    assertThat(room.isDone()).isFalse();
    held.remove(1);

    assertThat(room.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoWaitsForTooLongIsTold() throws InterruptedException {
    held.add(100);

    assertThat(held.awaitRoom(1, Duration.ofMillis(20))).isFalse();
  }

  @Test
  void whenItIsClosedNobodyWaits() throws Exception {
    held.add(100);
    CompletableFuture<Boolean> room = waiting(5);

    held.close();

    assertThat(room.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(held.emptied()).isDone();
  }

  @Test
  void itTellsWhenNothingIsHeldAnyMore() {
    assertThat(held.emptied()).isDone();
    held.add(10);
    held.add(10);
    CompletableFuture<Void> emptied = held.emptied();

    held.remove(10);
    assertThat(emptied).isNotDone();
    held.remove(10);

    assertThat(emptied).isDone();
  }

  private CompletableFuture<Boolean> waiting(long bytes) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return held.awaitRoom(bytes, PATIENCE);
          } catch (InterruptedException e) {
            throw new CompletionException(e);
          }
        });
  }
}
