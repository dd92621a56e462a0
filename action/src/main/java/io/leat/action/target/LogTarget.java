package io.leat.action.target;

import io.leat.action.target.TargetOutcome.Delivered;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line in Leat's log for each change, for demos and to look at without any other system. */
final class LogTarget implements Target {
  private static final Logger LOG = LoggerFactory.getLogger("leat.incidents");
  private static final int MOST_LINE = 1_000;

  @Override
  public String kind() {
    return "log";
  }

  @Override
  public boolean coalesces() {
    return false;
  }

  @Override
  public TargetOutcome deliver(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    if (!SentMark.has(request, memory)) {
      TargetIncident incident = request.incident();
      budget.take();
      LOG.info(
          "Incident {} {}: {} ({} of {} alerts firing; {})",
          incident.id(),
          IncidentText.change(request),
          IncidentText.bounded(IncidentText.title(incident), MOST_LINE),
          incident.firing(),
          incident.total(),
          IncidentText.bounded(IncidentText.line(incident.groupKey()), MOST_LINE));
      SentMark.put(request, memory);
    }
    return new Delivered("", "");
  }

  @Override
  public TargetOutcome test(HttpBudget budget) throws InterruptedException {
    budget.take();
    LOG.info("A test of the log as a target");
    return new Delivered("", "");
  }
}
