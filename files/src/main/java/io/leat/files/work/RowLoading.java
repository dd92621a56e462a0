package io.leat.files.work;

import io.leat.files.ledger.Lease;
import io.leat.files.ledger.Ledger;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.place.OutputPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands the rows of a published output to a stream, from where it ended before. What was handed
 * over and not written down is handed over again, with the same ids.
 */
final class RowLoading {
  private static final int ROWS = 1_000;
  private static final long BYTES = 4 << 20;

  private final Ledger ledger;
  private final RowFeed feed;

  RowLoading(Ledger ledger, RowFeed feed) {
    this.ledger = ledger;
    this.feed = feed;
  }

  /**
   * Loads all rows.
   *
   * @param destination where the output is
   * @param stream {@code blueprint.stream}
   */
  void load(
      Lease lease,
      LedgerFile file,
      OutputPlace place,
      String destination,
      Manifest manifest,
      String stream)
      throws IOException, InterruptedException {
    long done = file.rowsLoaded() == null ? 0 : file.rowsLoaded();
    long refused = file.rowsRefused() == null ? 0 : file.rowsRefused();
    long row = 0;
    for (Manifest.Part part : manifest.parts()) {
      if (row + part.holds().rows() <= done) {
        row += part.holds().rows();
        continue;
      }
      try (PartReader lines =
          new PartReader(place.read(destination, part.name()), manifest.compression())) {
        List<byte[]> batch = new ArrayList<>();
        long bytes = 0;
        for (byte[] line = lines.line(); line != null; line = lines.line()) {
          if (row++ < done) {
            continue;
          }
          batch.add(line);
          bytes += line.length;
          if (batch.size() == ROWS || bytes > BYTES) {
            refused += feed.feed(stream, file.id(), done, batch);
            done += batch.size();
            ledger.loaded(lease, done, refused);
            batch.clear();
            bytes = 0;
          }
        }
        if (!batch.isEmpty()) {
          refused += feed.feed(stream, file.id(), done, batch);
          done += batch.size();
          ledger.loaded(lease, done, refused);
        }
      }
    }
    ledger.loaded(lease, done, refused);
  }
}
