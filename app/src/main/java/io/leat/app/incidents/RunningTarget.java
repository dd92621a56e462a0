package io.leat.app.incidents;

import io.leat.action.delivery.DeliveryTarget;
import io.leat.action.delivery.DeliveryWorker;
import io.leat.action.delivery.ExternalChanges;
import io.leat.action.delivery.TargetPoller;
import io.leat.blueprint.yaml.Units;
import java.time.Duration;

/** A target with its worker, and with what asks it for changes made there. */
final class RunningTarget implements AutoCloseable {
  /** Of targets that are never asked again, after the first question. */
  private static final Duration NEVER_ASKED = Duration.ofMinutes(1);

  private final DeliveryTarget target;
  private final DeliveryWorker worker;
  private final TargetPoller poller;

  private RunningTarget(
      DeliveryTarget target, DeliveryWorker.Surroundings with, ExternalChanges changes) {
    this.target = target;
    this.worker = new DeliveryWorker(target, with);
    this.poller = new TargetPoller(with.database(), target, changes, poll(target));
  }

  /** From one question to the next of what people changed there. */
  private static Duration poll(DeliveryTarget target) {
    String text = target.spec().options().get("poll");
    Duration poll = text == null ? null : Units.duration(text);
    return poll == null ? NEVER_ASKED : poll;
  }

  /** Begins to deliver. */
  static RunningTarget start(
      DeliveryTarget target, DeliveryWorker.Surroundings with, ExternalChanges changes) {
    RunningTarget running = new RunningTarget(target, with, changes);
    try {
      running.worker.start();
      running.poller.start();
      return running;
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  DeliveryTarget target() {
    return target;
  }

  /** What is under way is handed back. */
  @Override
  public void close() {
    poller.close();
    worker.close();
    target.target().close();
  }
}
