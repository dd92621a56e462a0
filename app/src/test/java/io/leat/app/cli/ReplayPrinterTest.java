package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.TestingTerminal;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayPrinterTest {
  private final TestingTerminal terminal = TestingTerminal.pipe();

  private void print(ObjectNode replay) {
    Context context =
        new Context(
            terminal.terminal(),
            new ByteArrayInputStream(new byte[0]),
            Map.of(),
            Path.of(""),
            (blueprints, config, data, overrides, observer) -> {
              throw new LeatException(ErrorCode.CONFLICT, "no platform is started here");
            },
            InstantSource.system());
    LeatCommand leat =
        (LeatCommand)
            LeatCommand.commandLine(context, mode -> terminal.terminal())
                .getCommandSpec()
                .userObject();
    new ReplayPrinter(leat).print(replay);
  }

  private static ObjectNode built(boolean differs) {
    ObjectNode replay =
        LeatClient.JSON
            .createObjectNode()
            .put("id", 4)
            .put("state", "built")
            .put("table", "rides_processed.ride__replay_4")
            .put("quarantine_table", "rides_raw.ride__replay_4_quarantine")
            .putNull("failure");
    replay.putObject("comparison").put("differs", differs);
    return replay;
  }

  @Test
  void whereNothingDiffersThereIsNothingToSwitchTo() {
    print(built(false));

    assertThat(terminal.out()).endsWith("Nothing differs.\n");
    assertThat(terminal.err())
        .isEqualTo(
            """
            Rows: rides_processed.ride__replay_4
            Quarantined: rides_raw.ride__replay_4_quarantine
            There is nothing to switch to: leat replay drop 4 removes its tables
            """);
  }

  @Test
  void whereSomethingDiffersTheNextStepIsTold() {
    print(built(true).put("failure", "An id came in again"));

    assertThat(terminal.out()).doesNotContain("Nothing differs");
    assertThat(terminal.err())
        .isEqualTo(
            """
            Rows: rides_processed.ride__replay_4
            Quarantined: rides_raw.ride__replay_4_quarantine
            leat: An id came in again
            Next: leat replay switch 4, or leat replay drop 4
            """);
  }
}
