package io.leat.app.demo;

import java.util.Random;

/** One machine of the fleet: what it is and how it is at the moment. Owned by the generator. */
final class Machine {
  private static final String[] SITES = {
    "central-station",
    "airport",
    "harbour",
    "university",
    "market-hall",
    "city-park",
    "stadium",
    "museum"
  };
  private static final String[] FIRMWARE = {"4.11.2", "4.12.0", "4.12.1", "5.0.0-rc.2"};
  private static final String[] LINKS = {"ethernet", "wifi", "cellular"};

  final String id;
  final String site;
  final String firmware;
  final String link;
  final double latitude;
  final double longitude;
  private final long uptimeAtStart;
  private final double runsHotBy;
  private double temperature;
  private double battery;
  private long sequence;
  private long events;

  Machine(int number, Random random) {
    this.id = String.format(java.util.Locale.ROOT, "kiosk-%04d", number);
    this.site = SITES[random.nextInt(SITES.length)];
    this.firmware = FIRMWARE[random.nextInt(FIRMWARE.length)];
    this.link = LINKS[random.nextInt(LINKS.length)];
    this.latitude = 47 + random.nextInt(70_000) / 10_000.0;
    this.longitude = 6 + random.nextInt(80_000) / 10_000.0;
    this.uptimeAtStart = 3_600L + random.nextInt(5_000_000);
    // One machine in fifty stands in the sun.
    this.runsHotBy = random.nextInt(50) == 0 ? 25 + random.nextInt(15) : 0;
    this.temperature = 38 + runsHotBy + random.nextGaussian() * 3;
    this.battery = 40 + random.nextInt(60);
  }

  long uptime(long secondsSinceStart) {
    return uptimeAtStart + secondsSinceStart;
  }

  long nextSequence() {
    return sequence++;
  }

  long nextEvent() {
    return events++;
  }

  /** Goes a step of a random walk that returns to the machine's own mean; below 100. */
  double nextTemperature(Random random) {
    temperature += (38 + runsHotBy - temperature) * 0.1 + random.nextGaussian();
    temperature = Math.max(-20, Math.min(99, temperature));
    return temperature;
  }

  double nextBattery(Random random) {
    battery = Math.max(5, Math.min(100, battery + random.nextGaussian() * 0.3));
    return battery;
  }
}
