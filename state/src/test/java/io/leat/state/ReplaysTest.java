package io.leat.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReplaysTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456Z");

  private static EmbeddedPostgres postgres;
  private static StateDatabase database;
  private static Replays replays;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
    database =
        StateDatabase.open(
            StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"));
    replays = new Replays(database, InstantSource.fixed(NOW));
  }

  @AfterAll
  static void stop() throws IOException {
    database.close();
    postgres.close();
  }

  private static Replay add(@Nullable String target) {
    return replays.add(
        new Replays.Request("d", "t", NOW.minusSeconds(60), NOW, target, "operator"));
  }

  @Test
  void oneIsUnderWayAtATimeAndMovesFromStateToState() {
    Replay replay = add(null);
    assertThat(replay.target()).isEqualTo("t__replay_" + replay.id());
    assertThat(replay.state()).isEqualTo(ReplayState.BUILDING);
    assertThat(replays.open()).contains(replay);
    assertThat(replays.unfinished()).containsExactly(replay);
    assertThatThrownBy(() -> add("mine"))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessage("The replay " + replay.id() + " of d.t is building; one is done at a time");

    Replay.Bounds bounds = new Replay.Bounds(3, Map.of(0, 17L, 2, 5L));
    assertThat(replays.begin(replay.id(), bounds, "rules")).isTrue();
    assertThat(replays.built(replay.id(), "{}")).isTrue();
    assertThat(replays.built(replay.id(), "{}")).as("it is built already").isFalse();
    Replay built = replays.find(replay.id()).orElseThrow();
    assertThat(built.bounds()).isEqualTo(bounds);
    assertThat(built.rules()).isEqualTo("rules");
    assertThat(replays.open()).isEmpty();

    Replay other = add("mine");
    assertThat(replays.unfinished()).containsExactly(built, other);
    assertThat(other.isNamed()).isTrue();
    assertThatThrownBy(
            () -> replays.move(replay.id(), ReplayState.BUILT, ReplayState.SWITCHING, null))
        .isInstanceOf(LeatException.class);
    assertThat(replays.move(other.id(), ReplayState.BUILDING, ReplayState.FAILED, "why")).isTrue();
    assertThat(replays.find(other.id()).orElseThrow().failure()).isEqualTo("why");
    assertThat(replays.move(replay.id(), ReplayState.BUILT, ReplayState.SWITCHING, null)).isTrue();
    assertThat(replays.move(replay.id(), ReplayState.BUILT, ReplayState.DROPPING, null)).isFalse();
    assertThat(replays.newest(10)).extracting(Replay::id).startsWith(other.id(), replay.id());
    assertThat(replays.unfinished())
        .extracting(Replay::state)
        .containsExactly(ReplayState.SWITCHING);
    assertThat(replays.move(replay.id(), ReplayState.SWITCHING, ReplayState.SWITCHED, null))
        .isTrue();
    assertThat(replays.unfinished()).isEmpty();
  }
}
