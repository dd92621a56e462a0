package io.leat.files.arrival;

import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a source again and again, on a thread of its own: when its pause is over, and when the
 * operating system tells that a folder changed. What is told is a hint only.
 */
public final class Watching implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watching.class);
  private static final Duration SHORTLY = Duration.ofMillis(500);

  private final String source;
  private final Look look;
  private final Duration poll;
  private final @Nullable WatchService watch;
  private final Consumer<@Nullable String> told;
  private final Thread thread;
  private volatile boolean isStopping;
  private @Nullable String failure;

  /** Looks once. */
  @FunctionalInterface
  public interface Look {
    /**
     * Looks.
     *
     * @return how many files are waited for: then it looks again shortly
     */
    int now() throws IOException;
  }

  /**
   * Begins.
   *
   * @param source its name, for the thread and the log
   * @param folder that the operating system tells about; null when there is none
   * @param told after each look; null when it could be looked at, else why not
   */
  public Watching(
      String source,
      Look look,
      Duration poll,
      @Nullable Path folder,
      Consumer<@Nullable String> told) {
    this.source = source;
    this.look = look;
    this.poll = poll;
    this.watch = folder == null ? null : watch(folder);
    this.told = told;
    this.thread = new Thread(this::run, "leat-files-watch-" + source);
    this.thread.setDaemon(true);
    this.thread.start();
  }

  /** Null where there is none, as on many shares: then only pauses count. */
  private static @Nullable WatchService watch(Path folder) {
    try {
      WatchService service = folder.getFileSystem().newWatchService();
      try {
        folder.register(
            service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
        return service;
      } catch (IOException e) {
        service.close();
        return null;
      }
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  private void run() {
    while (!isStopping) {
      int waitedFor = 0;
      try {
        waitedFor = look.now();
        succeeded();
      } catch (IOException e) {
        failed(e.getMessage() == null ? e.toString() : e.getMessage());
      } catch (LeatException e) {
        if (!isStopping) {
          log.warn("Cannot look at the files of {}: {}", source, e.getMessage());
        }
      } catch (RuntimeException | Error e) {
        if (!isStopping) {
          failed(e.toString());
        }
      }
      try {
        await(waitedFor > 0 && SHORTLY.compareTo(poll) < 0 ? SHORTLY : poll);
      } catch (InterruptedException | ClosedWatchServiceException e) {
        return; // close() asks for it
      }
    }
  }

  private void succeeded() {
    if (failure != null) {
      log.info("The files of {} can be looked at again", source);
      failure = null;
    }
    told.accept(null);
  }

  private void failed(String why) {
    if (!why.equals(failure)) {
      log.warn("Cannot look at the files of {}: {}", source, why);
      failure = why;
    }
    told.accept(why);
  }

  private void await(Duration pause) throws InterruptedException {
    WatchService service = watch;
    if (service == null) {
      Thread.sleep(pause.toMillis());
      return;
    }
    WatchKey key = service.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
    if (key != null) {
      key.pollEvents();
      key.reset();
      Thread.sleep(20); // a writer tells of each piece
    }
  }

  @Override
  public void close() {
    isStopping = true;
    thread.interrupt();
    try {
      thread.join(5_000);
      if (watch != null) {
        watch.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.debug("A watch did not close", e);
    }
  }
}
