package io.leat.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  /** A terminal that was just opened has no columns, as {@code stty size} says. */
  @ParameterizedTest
  @CsvSource({"0, 100", "'', 100", "wide, 100", "7, 40", "53, 53", "80, 80", "200, 200"})
  void theWidthIsWhatTheTerminalSaysWhenItKnows(String columns, int width) {
    Properties properties = new Properties();
    properties.setProperty("leat.terminal", "012");
    properties.setProperty("leat.columns", columns);

    assertThat(Terminal.system(ColorMode.AUTO, properties, Map.of()).width()).isEqualTo(width);
  }
}
