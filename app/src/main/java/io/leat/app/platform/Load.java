package io.leat.app.platform;

import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Whether others need the machine more than maintenance does. Its calls block for some seconds. */
final class Load {
  /** Runnable tasks per core, over a minute. */
  private static final double MOST_LOAD = 2;

  /** Records behind that a healthy processor has between two commits at most. */
  private static final long LAG_SECONDS = 30;

  private static final long LEAST_LAG = 20_000;

  private final StreamRegistry streams;
  private final LogReader log;
  private final BookKeeper books;
  private final AcceptanceRates rates;
  private final Asking asking;

  Load(
      StreamRegistry streams,
      LogReader log,
      BookKeeper books,
      AcceptanceRates rates,
      Asking asking) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.rates = rates;
    this.asking = asking;
  }

  /**
   * Why maintenance should wait; empty when it need not.
   *
   * @throws io.leat.event.LeatException when the log or the ledger does not answer
   */
  Optional<String> tooMuch() {
    double load =
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()
            / Runtime.getRuntime().availableProcessors();
    if (load > MOST_LOAD) {
      return Optional.of("the machine is busy");
    }
    long lag = lag();
    double perSecond = rates.perSecond().values().stream().mapToDouble(Double::doubleValue).sum();
    return lag > LEAST_LAG + LAG_SECONDS * perSecond
        ? Optional.of("the processor is " + lag + " records behind")
        : Optional.empty();
  }

  private long lag() {
    List<TopicPartition> partitions = new ArrayList<>();
    streams.all().forEach(stream -> partitions.addAll(StatusReport.partitions(stream)));
    EngineCalls.Pending<Map<TopicPartition, Long>> ends =
        asking.log().begin(() -> log.ends(partitions));
    Map<String, Map<Books.Epoch, Books.Totals>> totals = asking.ledger().ask(books::totals);
    Map<TopicPartition, Long> found = ends.answer();
    long lag = 0;
    for (ServedStream stream : streams.all()) {
      lag += StatusReport.lag(stream, found, Books.totals(totals, stream));
    }
    return lag;
  }
}
