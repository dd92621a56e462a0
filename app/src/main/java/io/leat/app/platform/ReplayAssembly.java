package io.leat.app.platform;

import io.leat.app.reconcile.ReconciledStream;
import io.leat.app.reconcile.SettledOffsets;
import io.leat.app.replay.ReplayWorker;
import io.leat.app.replay.SwitchMarks;
import io.leat.app.settings.Settings;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.gateway.ServedStream;
import io.leat.http.Routes;
import io.leat.lake.maintenance.TableLocks;
import io.leat.state.Replay;
import io.leat.state.Replays;
import java.time.InstantSource;

/** Puts together what replays, and starts its worker. */
final class ReplayAssembly {
  private final Settings settings;
  private final Foundation foundation;
  private final Asking asking;
  private final InstantSource clock;
  private final Closing closing;
  private final SwitchMarks marks = new SwitchMarks();

  ReplayAssembly(
      Settings settings,
      Foundation foundation,
      Asking asking,
      InstantSource clock,
      Closing closing) {
    this.settings = settings;
    this.foundation = foundation;
    this.asking = asking;
    this.clock = clock;
    this.closing = closing;
  }

  /** Tell when tables are being switched. */
  SwitchMarks marks() {
    return marks;
  }

  /** The routes; the worker goes on with what an earlier process left behind. */
  Routes routes(
      Serving.Shared shared, OperationsAssembly.Running running, Load load, TableLocks locks) {
    Replays replays = new Replays(foundation.state(), clock);
    ReplayWorker worker =
        closing.add(
            "replaying",
            new ReplayWorker(
                replays,
                new ReplayWorker.Around(
                    running.plans(), topic -> bounds(running, topic), load::tooMuch),
                new ReplayWorker.Tools(
                    foundation.catalog().catalog(),
                    running.leases(),
                    locks,
                    foundation.data().emptyReplay(),
                    settings.maintenance().coreShare() / 100.0),
                marks,
                clock));
    worker.start();
    Replaying replaying =
        new Replaying(
            running.streams(),
            running.plans(),
            foundation.catalog().catalog(),
            replays,
            worker,
            asking,
            clock);
    return closing.add(
        "replay requests", new ReplayRoutes(shared.vertx(), replaying, shared.bodies()));
  }

  private Replay.Bounds bounds(OperationsAssembly.Running running, String topic) {
    ServedStream stream = running.streams().find(topic);
    if (stream == null) {
      throw new LeatException(
          ErrorCode.UNKNOWN_STREAM, "There is no stream '" + topic + "' any more");
    }
    Books.Totals totals = Books.totals(running.books().totals(), stream);
    return new Replay.Bounds(
        stream.logEpoch(),
        new SettledOffsets(foundation.catalog().catalog())
            .of(
                new ReconciledStream(
                    stream.blueprint().name(), stream.spec().name(), stream.logEpoch()),
                totals.lastOffsets(),
                totals.nextOffsets()));
  }
}
