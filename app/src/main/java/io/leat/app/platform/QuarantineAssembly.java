package io.leat.app.platform;

import io.leat.gateway.GatewaySettings;
import io.leat.gateway.RedrivePreparation;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Routes;
import io.leat.state.Clients;
import io.leat.state.Redrives;
import io.leat.state.Replays;
import io.leat.stream.StreamPlan;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Function;
import org.apache.iceberg.catalog.Catalog;
import org.jspecify.annotations.Nullable;

/** Puts together what looks at the quarantine and redrives from it, and starts its worker. */
final class QuarantineAssembly {
  private final StreamRegistry streams;
  private final Foundation foundation;
  private final Asking asking;
  private final BookKeeper books;
  private final LogReader log;
  private final InstantSource clock;
  private final Closing closing;

  QuarantineAssembly(
      StreamRegistry streams,
      Foundation foundation,
      Asking asking,
      BookKeeper books,
      LogReader log,
      InstantSource clock,
      Closing closing) {
    this.streams = streams;
    this.foundation = foundation;
    this.asking = asking;
    this.books = books;
    this.log = log;
    this.clock = clock;
    this.closing = closing;
  }

  /**
   * The routes; the worker goes on with what an earlier process left behind.
   *
   * @param plans of the streams as they are processed now
   */
  Routes routes(
      Serving.Shared shared,
      GatewaySettings settings,
      Function<String, @Nullable StreamPlan> plans) {
    Catalog catalog = foundation.catalog().catalog();
    KeptTables tables = new KeptTables(catalog, asking.lake(), clock);
    Redrives redrives = new Redrives(foundation.state(), clock);
    Clients clients = new Clients(foundation.state(), new SecureRandom(), clock);
    RecordCheck check =
        new RecordCheck(
            streams,
            tables,
            new RedrivePreparation(settings),
            clients,
            new Replays(foundation.state(), clock));
    Verdicts verdicts = new Verdicts(check, plans);
    RedriveWorker worker =
        closing.add(
            "redriving",
            new RedriveWorker(
                redrives,
                tables,
                check,
                log,
                new MarkedRecords(streams, tables, books, log, foundation.kafkaClient()),
                new RedriveOutcomes(streams, tables, books, redrives, clock),
                shared.publisher(),
                shared.admission(),
                clock));
    worker.start();
    Quarantine quarantine = new Quarantine(streams, tables, redrives, verdicts, asking.state());
    Redriving redriving =
        new Redriving(streams, tables, redrives, verdicts, asking.state(), worker::wake);
    return closing.add(
        "quarantine", new QuarantineRoutes(shared.vertx(), quarantine, redriving, shared.bodies()));
  }
}
