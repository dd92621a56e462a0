package io.leat.app.files;

import io.leat.files.work.RowFeed;
import io.leat.gateway.MessageIngest;
import io.leat.gateway.MessageIngest.Arrival;
import io.leat.gateway.MessageIngest.Fate;
import io.leat.gateway.MessageIngest.Fates;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.StreamScope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Hands converted rows to the gateway, as if a client named {@code leat-files} had sent them. A row
 * that has no id of its own gets one of its file and its number, so that a row that is handed over
 * again is stored once. Thread-safe; blocks.
 */
public final class StreamFeed implements RowFeed {
  private static final Principal CLIENT =
      new Principal("leat-files", "leat-files", Set.of(Role.SEND), StreamScope.ALL, Set.of());
  private static final int ATTEMPTS = 30;
  private static final long PAUSE_MILLIS = 500;

  private final MessageIngest ingest;

  public StreamFeed(MessageIngest ingest) {
    this.ingest = ingest;
  }

  @Override
  public long feed(String stream, String file, long first, List<byte[]> rows)
      throws IOException, InterruptedException {
    String name = ingest.name();
    List<Arrival> left = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      left.add(
          new Arrival(
              stream,
              CLIENT,
              name,
              rows.get(i),
              "application/json",
              List.of(),
              null,
              file + "-" + (first + i)));
    }
    long refused = 0;
    for (int attempt = 1; !left.isEmpty(); attempt++) {
      Fates fates = ingest.publish(left);
      List<Arrival> again = new ArrayList<>();
      for (int i = 0; i < left.size(); i++) {
        Fate fate = fates.fates().get(i);
        if (fate == Fate.LATER) {
          again.add(left.get(i));
        } else if (fate != Fate.ACCEPTED) {
          refused++;
        }
      }
      left = again;
      if (!left.isEmpty()) {
        if (attempt == ATTEMPTS) {
          throw new IOException(
              "The log does not take the rows: "
                  + (fates.reason() == null ? "no answer" : fates.reason().reason()));
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    return refused;
  }
}
