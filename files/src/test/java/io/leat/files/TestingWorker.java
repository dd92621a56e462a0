package io.leat.files;

import io.leat.files.place.S3Settings;
import io.leat.files.work.WorkSettings;
import io.leat.http.Bodies;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileContract;
import io.leat.rules.file.FileLimits;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The pipeline in a process of its own, to be killed. */
public final class TestingWorker {
  private TestingWorker() {}

  /**
   * Works until it is killed.
   *
   * @param args the URL of PostgreSQL, a folder with {@code in}, the name of the instance, and
   *     where the object store of a {@link io.leat.files.place.TestingBucket} is that takes the
   *     output; empty: it goes to the folder
   */
  public static void main(String[] args) throws InterruptedException {
    Path root = Path.of(args[1]);
    Vertx vertx = Vertx.vertx();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    StateDatabase database =
        StateDatabase.connect(
            new StateSettings(
                args[0],
                "postgres",
                "postgres",
                6,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30)));
    boolean isToBucket = !args[3].isEmpty();
    S3Settings s3 =
        isToBucket
            ? new S3Settings(
                URI.create(args[3]), "us-east-1", true, new S3Settings.Keys("leat", "secret", null))
            : new S3Settings(null, "us-east-1", false, null);
    FileSourceSpec spec = isToBucket ? spec(root, new Place.Bucket("files", "json")) : spec(root);
    FilePipeline pipeline =
        new FilePipeline(
            new FilePipeline.Surroundings(
                database,
                vertx,
                new Bodies(vertx, registry),
                root.resolve("data-" + args[2]),
                new WorkSettings(
                    2,
                    1,
                    32L << 20,
                    root.resolve("data-" + args[2] + "/spool"),
                    Duration.ofSeconds(2),
                    Duration.ofMillis(200),
                    1L << 20),
                s3,
                (stream, file, first, rows) -> 0,
                alert -> {},
                args[2],
                "leat test",
                InstantSource.system(),
                registry));
    pipeline.follow(List.of(new FilePipeline.Followed("files", "v1", List.of(spec))));
    pipeline.start();
    System.out.println("at work");
    Thread.sleep(Duration.ofMinutes(10).toMillis());
  }

  /** From {@code in} to {@code out}, with a part for each row group. */
  public static FileSourceSpec spec(Path root) {
    return spec(root, new Place.Folder(root.resolve("out")));
  }

  private static FileSourceSpec spec(Path root, Place to) {
    return new FileSourceSpec(
        "taxi",
        null,
        new Arrival.InFolder(new Place.Folder(root.resolve("in")), Duration.ofMillis(100)),
        "*.parquet",
        Duration.ofMillis(1),
        Duration.ofSeconds(5),
        new FileLimits(1L << 30, 10_000_000, 100, 16, 5_000, 64 << 20, 64 << 20, 0),
        FileContract.ANY,
        new ConvertSpec(
            List.of(),
            Map.of(),
            "",
            ConvertSpec.Nulls.WRITE,
            ConvertSpec.NonFinite.STRING,
            ConvertSpec.InvalidText.REPLACE,
            ConvertSpec.Decimals.AUTO,
            ConvertSpec.Integers.NUMBER,
            ConvertSpec.Layout.NDJSON,
            ConvertSpec.Compression.NONE,
            2_048,
            0),
        to,
        "{source}",
        new Place.Folder(root.resolve("dead")),
        FileSourceSpec.Same.NAME,
        FileSourceSpec.Then.KEEP,
        new FileRetry(Duration.ofMillis(100), Duration.ofMillis(500), 20),
        Duration.ofDays(1),
        null);
  }
}
