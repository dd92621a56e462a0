package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** Looks through a folder in a process of its own, whose locale may be another one. */
final class TestingLook {
  private TestingLook() {}

  /**
   * Says what is there.
   *
   * @param args the folder
   */
  public static void main(String[] args) throws IOException {
    FolderWatch watch =
        new FolderWatch(
            "files",
            "taxi",
            Path.of(args[0]),
            new Names("*.parquet"),
            Duration.ZERO,
            Duration.ofDays(1),
            InstantSource.system(),
            seen -> seen.forEach(TestingLook::say));
    System.out.println("waits for " + watch.look());
  }

  private static void say(Sighting seen) {
    try {
      new FolderInputs().fetch(seen, Path.of("unused"));
      System.out.println(seen.location() + " can be read");
    } catch (IOException e) {
      System.out.println(seen.location() + " fails: " + e);
    }
  }
}
