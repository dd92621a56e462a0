package io.leat.lake.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.lake.FlinkCommits;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableLocksTest {
  private EmbeddedPostgres postgres;

  @BeforeAll
  void start() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  void stop() throws IOException {
    postgres.close();
  }

  /** Its job has failed, and is started again while its tables are maintained. */
  @Test
  void aTableGoesBackOnlyWhenItsMaintenanceIsOver(@TempDir Path folder) throws Exception {
    TableLocks locks = new TableLocks();
    try (TestingTable lake = new TestingTable(postgres, folder)) {
      for (int checkpoint = 1; checkpoint <= 12; checkpoint++) {
        lake.checkpoint("job", checkpoint, checkpoint);
      }
      Table own = lake.again();
      AtomicInteger undone = new AtomicInteger(-1);
      Thread goingBack =
          new Thread(
              () ->
                  undone.set(
                      locks.with(
                          own,
                          () ->
                              FlinkCommits.rollBack(
                                  own, new FlinkCommits.Restored("job", 5, Instant.now())))),
              "test-going-back");
      List<Integer> undoneMeanwhile = new ArrayList<>();
      Pace pace =
          () -> {
            if (goingBack.getState() == Thread.State.NEW) {
              goingBack.start();
            }
            // Until it waits for the lock, or is done.
            while (goingBack.getState() != Thread.State.WAITING && goingBack.isAlive()) {
              Thread.onSpinWait();
            }
            undoneMeanwhile.add(undone.get());
          };

      List<Step> steps = lake.maintenance(locks).run(lake.order(), pace);
      goingBack.join();

      assertThat(steps)
          .filteredOn(step -> step.action() == Step.Action.COMPACT)
          .extracting(Step::taken)
          .as("merged")
          .containsExactly(12L);
      assertThat(undoneMeanwhile).as("while it was maintained").isNotEmpty().containsOnly(-1);
      assertThat(undone).hasValue(7);
      assertThat(lake.rows()).hasSize(5);
    }
  }
}
