package io.leat.lake.maintenance;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The checkpoints and savepoints that a table's writer can be restored from. */
public interface RestorableCheckpoints {
  /** Of a table that no checkpointed job writes. */
  RestorableCheckpoints NONE =
      new RestorableCheckpoints() {
        @Override
        public List<Long> ids() {
          return List.of();
        }

        @Override
        public Set<String> naming(Collection<String> fileNames) {
          return Set.of();
        }
      };

  /** Their ids, which grow along the job's life. */
  List<Long> ids() throws IOException;

  /**
   * Those of the files that a checkpoint's state names: they may yet be committed.
   *
   * @param fileNames without folders
   */
  Set<String> naming(Collection<String> fileNames) throws IOException;
}
