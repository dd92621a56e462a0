package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.backup.Manifest;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How far a backup is. Thread-safe. */
final class BackupProgress {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String target;
  private final Instant begun;
  private final AtomicLong newFiles = new AtomicLong();
  private final AtomicLong newBytes = new AtomicLong();
  private final AtomicLong reusedFiles = new AtomicLong();
  private final AtomicLong reusedBytes = new AtomicLong();
  private volatile String step = "beginning";
  private volatile @Nullable Manifest done;
  private volatile @Nullable String failure;

  BackupProgress(String target, Instant begun) {
    this.target = target;
    this.begun = begun;
  }

  void step(String next) {
    step = next;
  }

  void copied(long bytes) {
    newFiles.incrementAndGet();
    newBytes.addAndGet(bytes);
  }

  void reused(long bytes) {
    reusedFiles.incrementAndGet();
    reusedBytes.addAndGet(bytes);
  }

  void done(Manifest manifest) {
    done = manifest;
  }

  void failed(String why) {
    failure = why;
  }

  boolean isRunning() {
    return done == null && failure == null;
  }

  ObjectNode json() {
    Manifest manifest = done;
    String failed = failure;
    ObjectNode json =
        JSON.createObjectNode()
            .put("target", target)
            .put("state", manifest != null ? "done" : failed != null ? "failed" : "running")
            .put("begun_at", begun.toString())
            .put("step", step)
            .put("new_files", newFiles.get())
            .put("new_bytes", newBytes.get())
            .put("reused_files", reusedFiles.get())
            .put("reused_bytes", reusedBytes.get());
    if (failed != null) {
      json.put("failure", failed);
    }
    if (manifest != null) {
      json.put("id", manifest.id())
          .put("point_at", manifest.pointAt())
          .put("log_until", manifest.logUntil())
          .put("took_ms", manifest.tookMillis())
          .put("tail_records", manifest.tail())
          .put("rows", manifest.tables().stream().mapToLong(Manifest.LakeTable::rows).sum());
      var logs = json.putArray("logs");
      for (Manifest.Log log : manifest.logs()) {
        ObjectNode topic = logs.addObject().put("topic", log.topic()).put("epoch", log.epoch());
        var partitions = topic.putArray("partitions");
        for (Manifest.Partition one : log.partitions()) {
          partitions
              .addObject()
              .put("partition", one.partition())
              .put("tables_until", one.first())
              .put("log_until", one.next());
        }
      }
    }
    return json;
  }
}
