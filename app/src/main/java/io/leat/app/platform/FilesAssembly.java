package io.leat.app.platform;

import io.leat.app.files.AlertLog;
import io.leat.app.files.StreamFeed;
import io.leat.app.settings.Lake;
import io.leat.app.settings.Settings;
import io.leat.files.FilePipeline;
import io.leat.files.place.S3Settings;
import io.leat.files.work.WorkSettings;
import io.leat.http.Routes;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts together the work on files, and has it follow the blueprints. Thread-safe. */
final class FilesAssembly {
  private static final String FOLDER = "files";
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration FLUSH = Duration.ofSeconds(1);

  private final Settings settings;
  private final Foundation foundation;
  private final MeterRegistry registry;
  private final InstantSource clock;
  private final Closing closing;
  private List<FilePipeline.Followed> blueprints = List.of();
  private @Nullable FilePipeline pipeline;

  FilesAssembly(
      Settings settings,
      Foundation foundation,
      MeterRegistry registry,
      InstantSource clock,
      Closing closing) {
    this.settings = settings;
    this.foundation = foundation;
    this.registry = registry;
    this.clock = clock;
    this.closing = closing;
  }

  /** The blueprints as they are from now on; before {@link #routes} they are remembered. */
  synchronized void follow(Collection<Provisioning.Provisioned> provisioned) {
    blueprints =
        provisioned.stream()
            .map(
                made ->
                    new FilePipeline.Followed(
                        made.blueprint().name(), made.version(), made.blueprint().files().values()))
            .toList();
    if (pipeline != null) {
      pipeline.follow(blueprints);
    }
  }

  /**
   * The routes; files are watched and worked on from now on.
   *
   * @param instance names this process for good
   */
  synchronized List<Routes> routes(Serving.Shared shared, String instance) {
    Map<String, Object> kafka = new HashMap<>();
    foundation.kafkaClient().forEach((key, value) -> kafka.put(String.valueOf(key), value));
    AlertLog alerts = closing.add("alerts about files", new AlertLog(kafka));
    Path folder = foundation.data().root().resolve(FOLDER);
    Settings.FileWork work = settings.files();
    FilePipeline started =
        closing.add(
            "files",
            new FilePipeline(
                new FilePipeline.Surroundings(
                    foundation.state(),
                    shared.vertx(),
                    shared.bodies(),
                    folder,
                    new WorkSettings(
                        work.workers(),
                        work.threads(),
                        work.memory(),
                        folder.resolve("spool"),
                        LEASE,
                        FLUSH,
                        settings.disk().reserve()),
                    s3(work.s3()),
                    new StreamFeed(shared.messages()),
                    alerts,
                    instance,
                    "leat " + version(),
                    clock,
                    registry)));
    pipeline = started;
    started.follow(blueprints);
    started.start();
    List<Routes> routes = new ArrayList<>(started.routes());
    for (Routes one : routes) {
      if (one instanceof AutoCloseable closeable) {
        closing.add("requests about files", closeable);
      }
    }
    return routes;
  }

  private static String version() {
    return Objects.requireNonNullElse(
        FilesAssembly.class.getPackage().getImplementationVersion(), "unpackaged");
  }

  private static S3Settings s3(Lake.S3 s3) {
    Lake.S3Credentials keys = s3.credentials();
    return new S3Settings(
        s3.endpoint(),
        s3.region(),
        s3.pathStyle(),
        keys == null
            ? null
            : new S3Settings.Keys(keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()));
  }
}
