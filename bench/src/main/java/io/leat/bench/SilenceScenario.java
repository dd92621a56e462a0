package io.leat.bench;

import io.leat.app.detect.DetectJobs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * 08: the detect job with a silence detector over a number of devices, in a process of its own with
 * {@value #HEAP} of heap.
 */
final class SilenceScenario implements Scenario {
  static final String HEAP = "2g";

  private final Options options;
  private final long devices;

  /**
   * @param devices no more than events of a run
   */
  SilenceScenario(Options options, long devices) {
    this.options = options;
    this.devices = devices;
  }

  long devices() {
    return devices;
  }

  @Override
  public String id() {
    return "08";
  }

  @Override
  public String title() {
    return String.format(Locale.ROOT, "silence of %,d devices in the detect job", devices);
  }

  @Override
  public void prepare() {}

  @Override
  public Measurement measure(String run) throws Exception {
    Path directory = options.directory().resolve("silence-" + devices + "-" + run);
    try (ChildProcess job =
        ChildProcess.start(
            SilenceJob.class,
            HEAP,
            List.of(
                directory.toString(),
                String.valueOf(devices),
                String.valueOf(options.events()),
                String.valueOf(DetectJobs.CHECKPOINT_INTERVAL.toMillis())))) {
      String[] said = job.message().split(" ", -1);
      Duration wall = Duration.ofNanos(Long.parseLong(said[0]));
      return new Measurement(
          options.events(),
          wall,
          Duration.ofNanos(Long.parseLong(said[1])),
          String.format(
              Locale.ROOT,
              "%,d ns an event, %,d MiB of heap in use",
              wall.toNanos() / options.events(),
              Long.parseLong(said[2]) >> 20));
    }
  }
}
