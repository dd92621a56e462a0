package io.leat.bench;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * Posts a number of events in batches, as fast as the server answers. What the server cannot take
 * now is sent again, with the same ids.
 *
 * <p>Arguments: base URI, stream, key, connections, batch. For each line {@code SEED EVENTS} on its
 * standard input it prepares and says {@code ready}; after another line it begins, and says {@code
 * done ACCEPTED AGAIN P50 P99} when all are acknowledged, the percentiles of the answers'
 * microseconds.
 */
final class LoadGenerator {
  private static final int MOST_TRIES = 1_000;
  private static final long PAUSE_MILLIS = 20;

  private final URI base;
  private final String path;
  private final String key;
  private final int batch;
  private final AtomicLong left = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong again = new AtomicLong();

  private LoadGenerator(URI base, String stream, String key, int batch) {
    this.base = base;
    this.path = "/v1/events/" + stream + "?results=rejected";
    this.key = key;
    this.batch = batch;
  }

  public static void main(String[] arguments) throws Exception {
    int connections = Integer.parseInt(arguments[3]);
    LoadGenerator load =
        new LoadGenerator(
            URI.create(arguments[0]), arguments[1], arguments[2], Integer.parseInt(arguments[4]));
    ExecutorService threads =
        Executors.newFixedThreadPool(connections, r -> new Thread(r, "bench-connection"));
    var parent = ChildProcess.parent();
    for (String line = parent.readLine(); line != null; line = parent.readLine()) {
      String[] order = line.split(" ", -1);
      load.run(
          threads,
          connections,
          Long.parseLong(order[0]),
          Long.parseLong(order[1]),
          parent::readLine);
    }
    threads.shutdownNow();
  }

  private void run(
      ExecutorService threads, int connections, long seed, long events, Callable<String> begin)
      throws Exception {
    left.set(events);
    accepted.set(0);
    again.set(0);
    List<RequestBodies> bodies = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      bodies.add(new RequestBodies(seed * 1_000 + i, batch));
    }
    ChildProcess.tell("ready");
    begin.call();
    List<Future<long[]>> answers = new ArrayList<>();
    for (RequestBodies own : bodies) {
      answers.add(threads.submit(() -> post(own)));
    }
    LongStream.Builder all = LongStream.builder();
    for (Future<long[]> answer : answers) {
      Arrays.stream(answer.get(30, TimeUnit.MINUTES)).forEach(all);
    }
    long[] micros = all.build().sorted().toArray();
    ChildProcess.tell(
        "done "
            + accepted.get()
            + " "
            + again.get()
            + " "
            + micros[micros.length / 2]
            + " "
            + micros[(int) (micros.length * 0.99)]);
  }

  /** Returns how long each answer took, in microseconds. */
  private long[] post(RequestBodies bodies) throws IOException, InterruptedException {
    LongStream.Builder micros = LongStream.builder();
    try (HttpConnection connection =
        new HttpConnection(base.getHost(), base.getPort(), path, key)) {
      while (true) {
        int events = (int) Math.min(batch, left.getAndAdd(-batch));
        if (events <= 0) {
          return micros.build().toArray();
        }
        RequestBodies.Body body = bodies.next(events);
        for (int attempt = 1; ; attempt++) {
          long begin = System.nanoTime();
          HttpConnection.Answer answer = connection.post(body);
          micros.add((System.nanoTime() - begin) / 1_000);
          if (answer.status() == 202
              && answer.body().startsWith("{\"accepted\":" + events + ",\"rejected\":0,")) {
            accepted.addAndGet(events);
            break;
          }
          boolean mayBeTaken =
              answer.status() == 207 || answer.status() == 429 || answer.status() == 503;
          if (!mayBeTaken || attempt == MOST_TRIES) {
            throw new IOException("Refused: " + answer);
          }
          again.incrementAndGet();
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
      }
    }
  }
}
