package io.leat.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  private final Table table = new Table("name", "rows>").row("telemetry", "1,200").row("漢字", "7");

  @Test
  void onATerminalItIsDrawn() {
    assertThat(table.lines(new TestingTerminal(true, false, 80).terminal()))
        .containsExactly(
            "╭───────────┬───────╮",
            "│ name      │  rows │",
            "├───────────┼───────┤",
            "│ telemetry │ 1,200 │",
            "│ 漢字      │     7 │",
            "╰───────────┴───────╯");
  }

  @Test
  void inAPipeItIsPlainAndAligned() {
    assertThat(table.lines(TestingTerminal.pipe().terminal()))
        .containsExactly("name        rows", "telemetry  1,200", "漢字           7");
  }

  @Test
  void onANarrowTerminalTheWidestColumnIsCut() {
    Table wide = new Table("a", "b").row("short", "x".repeat(100));
    assertThat(wide.lines(new TestingTerminal(true, false, 40).terminal()))
        .allMatch(line -> Text.width(line) == 40)
        .contains("│ short │ " + "x".repeat(27) + "… │");
  }

  @Test
  void styledCellsKeepTheirWidth() {
    Terminal colored = new TestingTerminal(true, true, 80).terminal();
    Table styled = new Table("state").row(colored.styled(Style.GREEN, "up"));
    assertThat(styled.lines(colored)).allMatch(line -> Text.width(line) == 9);
  }

  @Test
  void aRowOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> table.row("one"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a row has 1 cells, the table 2 columns");
  }
}
