package io.leat.lake.maintenance;

import java.util.regex.Pattern;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/** What Iceberg's Flink sink writes beside the rows. */
final class FlinkCommit {
  private static final String CHECKPOINT = "flink.max-committed-checkpoint-id";

  /**
   * Its list of files to be committed: job id, operator id, subtask, attempt, checkpoint, count.
   */
  private static final Pattern MANIFEST = Pattern.compile("[0-9a-f]{32}-.+\\.avro");

  private FlinkCommit() {}

  /** The checkpoint whose rows the snapshot holds; null when no Flink job made it. */
  static @Nullable Long checkpoint(Snapshot snapshot) {
    String id = snapshot.summary().get(CHECKPOINT);
    return id == null || !id.matches("[0-9]{1,18}") ? null : Long.valueOf(id);
  }

  /** Whether a file of the metadata folder lists data files that are not committed yet. */
  static boolean isManifest(String fileName) {
    return MANIFEST.matcher(fileName).matches();
  }
}
