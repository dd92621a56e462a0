package io.leat.lake.maintenance;

import java.util.List;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.RewriteManifests;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;

/** Merges manifests when there are so many that planning opens more files than it reads rows of. */
final class Manifests {
  /** Iceberg's own merging, with each append, leaves fewer. */
  private static final int MANY = 40;

  private static final long SMALL_BYTES = 2L << 20;

  private final Table table;

  Manifests(Table table) {
    this.table = table;
  }

  /** How many are to be merged; 0 when they are few. */
  int find() {
    Snapshot head = table.currentSnapshot();
    if (head == null) {
      return 0;
    }
    List<ManifestFile> small =
        head.dataManifests(table.io()).stream().filter(Manifests::isSmall).toList();
    return small.size() > MANY ? small.size() : 0;
  }

  private static boolean isSmall(ManifestFile manifest) {
    return manifest.length() < SMALL_BYTES;
  }

  Step run() {
    if (find() == 0) {
      return Step.nothing(Step.Action.MANIFESTS);
    }
    RewriteManifests rewrite =
        table.rewriteManifests().clusterBy(file -> "").rewriteIf(Manifests::isSmall);
    rewrite.commit();
    table.refresh();
    Snapshot head = table.currentSnapshot();
    return new Step(
        Step.Action.MANIFESTS,
        number(head, SnapshotSummary.REPLACED_MANIFESTS_COUNT),
        number(head, SnapshotSummary.CREATED_MANIFESTS_COUNT),
        0,
        0);
  }

  private static long number(@org.jspecify.annotations.Nullable Snapshot head, String property) {
    String text = head == null ? null : head.summary().get(property);
    return text == null ? 0 : Long.parseLong(text);
  }
}
