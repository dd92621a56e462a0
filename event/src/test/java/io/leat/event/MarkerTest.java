package io.leat.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MarkerTest {
  @Test
  void aMarkerIsReadAsItWasWritten() {
    Marker marker =
        new Marker(
            "0197a3f2;x",
            1_800_000_000_123L,
            Map.of("a", Map.of(0, 5L, 11, 7L), "b", Map.of(0, 0L)));

    assertThat(Marker.decode(marker.encode())).isEqualTo(marker);
    assertThat(new String(marker.encode(), StandardCharsets.UTF_8))
        .isEqualTo("0197a3f2;x;1800000000123\na/0=5\na/11=7\nb/0=0");
    assertThat(Marker.decode(new Marker("g", 1, Map.of()).encode()).before()).isEmpty();
  }

  @Test
  void whatIsNoMarkerIsRefused() {
    for (String text :
        new String[] {"", "g", "g;x", "g;1\na", "g;1\na/0", "g;1\na/x=1", "g;1\na=1/0"}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> Marker.decode(bytes))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
