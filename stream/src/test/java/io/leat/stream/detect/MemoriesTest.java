package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.state.ValueState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoriesTest {
  private final Kept kept = new Kept();
  private final Memories memories = new Memories(kept, false, List.of("offline", "hot"));

  /** The state of one key. */
  private static final class Kept implements ValueState<byte[]> {
    private byte @Nullable [] value;
    private int updates;

    @Override
    public byte @Nullable [] value() {
      return value;
    }

    @Override
    public void update(byte @Nullable [] next) {
      value = next;
      updates++;
    }

    @Override
    public void clear() {
      value = null;
    }
  }

  @Test
  void whatIsRememberedOfAKeyComesBackWithItsAlarm() throws Exception {
    memories.begin();
    assertThat(memories.get("offline")).isNull();
    assertThat(memories.alarm()).isNull();
    memories.put("offline", new byte[] {1, 2, 3});
    memories.alarm(1_790_000_000_000L);
    memories.end();

    memories.begin();
    assertThat(memories.get("offline")).containsExactly(1, 2, 3);
    assertThat(memories.get("hot")).isNull();
    assertThat(memories.alarm()).isEqualTo(1_790_000_000_000L);
  }

  @Test
  void aStateThatHandsOutWhatItKeepsIsGivenBackOnlyWhatIsNew() throws Exception {
    Memories live = new Memories(kept, true, List.of("hot"));
    live.begin();
    live.put("hot", new byte[] {1, 2});
    live.end();
    assertThat(kept.updates).isEqualTo(1);
    live.begin();
    live.put("hot", new byte[] {3, 4});
    live.end();
    assertThat(kept.updates).as("it is there already").isEqualTo(1);

    live.begin();
    assertThat(live.get("hot")).containsExactly(3, 4);
    live.put("hot", new byte[] {5, 6, 7});
    live.end();
    assertThat(kept.updates).isEqualTo(2);
  }

  @Test
  void whatStaysAsLongAsItWasIsWrittenWhereItIs() throws Exception {
    memories.begin();
    memories.put("hot", new byte[] {1, 2});
    memories.end();
    byte[] first = kept.value();
    memories.begin();
    memories.put("hot", new byte[] {3, 4});
    memories.end();

    assertThat(kept.value()).isSameAs(first);
    assertThat(kept.updates).isEqualTo(2);
    memories.begin();
    assertThat(memories.get("hot")).containsExactly(3, 4);

    memories.put("hot", new byte[] {5, 6, 7});
    memories.end();
    assertThat(kept.value()).isNotSameAs(first);
    memories.begin();
    assertThat(memories.get("hot")).containsExactly(5, 6, 7);
  }

  @Test
  void whatRemembersNothingTakesNoRoom() throws Exception {
    memories.begin();
    memories.put("hot", new byte[] {1});
    memories.alarm(5);
    memories.end();
    memories.begin();
    memories.put("hot", null);
    memories.clearAlarm();
    memories.end();

    assertThat(kept.value()).isNull();
  }

  @Test
  void aDetectorThatIsNotAskedAnyMoreIsForgottenAndANewOneBegins() throws Exception {
    memories.begin();
    memories.put("offline", new byte[] {1});
    memories.put("hot", new byte[] {2});
    memories.end();
    byte[] before = kept.value();

    Memories changed = new Memories(kept, false, List.of("hot", "odd"));
    changed.begin();
    assertThat(changed.get("hot")).containsExactly(2);
    assertThat(changed.get("odd")).isNull();
    changed.end();

    assertThat(kept.value()).hasSizeLessThan(Objects.requireNonNull(before).length);
    assertThatThrownBy(() -> changed.get("offline"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("detector 'offline' is not asked here");
  }
}
