package io.leat.query;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.inmemory.InMemoryCatalog;

/** A process with an engine, to be killed while a query runs. */
final class TestingParent {
  private TestingParent() {}

  public static void main(String[] args) {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("lake", Map.of());
    QueryEngine engine =
        new QueryEngine(
            QuerySettings.defaults(Path.of(args[0])), catalog, new SimpleMeterRegistry());
    engine.query("SELECT 1", 0);
    System.out.println("worker=" + engine.workerPids().get(0));
    engine.query("SELECT count(*) FROM range(100000000) a, range(1000000) b", 0);
  }
}
