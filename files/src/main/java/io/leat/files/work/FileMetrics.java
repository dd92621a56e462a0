package io.leat.files.work;

import io.leat.files.ledger.Category;
import io.leat.files.ledger.Durations;
import io.leat.files.ledger.Totals;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is measured of files. Labels are names from blueprints. Thread-safe. */
final class FileMetrics {
  private final MeterRegistry registry;

  FileMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void ended(FileSource source, String outcome, @Nullable Category category, Durations took) {
    Tags tags = Tags.of("blueprint", source.blueprint(), "source", source.spec().name());
    registry
        .counter(
            "leat_files_attempts_total",
            tags.and("outcome", outcome, "category", category == null ? "" : category.text()))
        .increment();
    step(tags, "fetch", took.fetch());
    step(tags, "validate", took.validate());
    step(tags, "convert", took.convert());
    step(tags, "publish", took.publish());
  }

  private void step(Tags tags, String step, long millis) {
    registry.timer("leat_files_step", tags.and("step", step)).record(Duration.ofMillis(millis));
  }

  void published(FileSource source, Totals totals, long bytesIn) {
    Tags tags = Tags.of("blueprint", source.blueprint(), "source", source.spec().name());
    registry.counter("leat_files_read_bytes_total", tags).increment((double) bytesIn);
    registry.counter("leat_files_written_bytes_total", tags).increment((double) totals.bytes());
    rows(tags, "written", totals.rowsOut());
    rows(tags, "filtered", totals.rowsFiltered());
    rows(tags, "rejected", totals.rowsRejected());
  }

  private void rows(Tags tags, String outcome, long count) {
    registry
        .counter("leat_files_rows_total", tags.and("outcome", outcome))
        .increment((double) count);
  }
}
