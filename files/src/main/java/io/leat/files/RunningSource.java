package io.leat.files;

import io.leat.files.arrival.BucketWatch;
import io.leat.files.arrival.Discovery;
import io.leat.files.arrival.FolderInputs;
import io.leat.files.arrival.FolderWatch;
import io.leat.files.arrival.Inputs;
import io.leat.files.arrival.Names;
import io.leat.files.arrival.ObjectMessages;
import io.leat.files.arrival.QueueReader;
import io.leat.files.arrival.UploadedInputs;
import io.leat.files.arrival.Watching;
import io.leat.files.work.Breakers;
import io.leat.files.work.FileSource;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A source that is watched and worked for. */
final class RunningSource implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunningSource.class);

  private final FileSource source;
  private final @Nullable BucketWatch bucket;
  private final @Nullable Watching watching;
  private @Nullable QueueReader queue;

  /** A source as its blueprint declares it. */
  record Declared(String blueprint, FileSourceSpec spec) {
    String name() {
      return blueprint + "." + spec.name();
    }
  }

  private RunningSource(
      FileSource source, @Nullable BucketWatch bucket, @Nullable Watching watching) {
    this.source = source;
    this.bucket = bucket;
    this.watching = watching;
  }

  static RunningSource start(
      Declared declared, Path folder, Stores stores, InstantSource clock, Discovery discovery) {
    FileSourceSpec spec = declared.spec();
    Breakers breakers = new Breakers(declared.name(), spec.retry());
    Place letters = spec.deadLetters();
    Place kept =
        letters == null
            ? new Place.Folder(
                folder.resolve("dead-letters").resolve(declared.blueprint()).resolve(spec.name()))
            : letters;
    FileSource source =
        new FileSource(
            declared.blueprint(),
            spec,
            inputs(spec.arrival(), folder, stores),
            stores.output(spec.to()),
            stores.deadLetters(kept),
            breakers);
    Names names = new Names(spec.match());
    if (spec.arrival() instanceof Arrival.InFolder in) {
      return new RunningSource(
          source, null, watch(declared, in, names, clock, discovery, breakers));
    }
    if (spec.arrival() instanceof Arrival.InBucket in) {
      BucketWatch watch =
          new BucketWatch(
              declared.blueprint(), spec.name(), in.place(), names, stores.objects(), discovery);
      Watching.Look look =
          () -> {
            watch.look();
            return 0;
          };
      return new RunningSource(
          source, watch, new Watching(declared.name(), look, in.poll(), null, breakers::looked));
    }
    return new RunningSource(source, null, null);
  }

  private static Watching watch(
      Declared declared,
      Arrival.InFolder in,
      Names names,
      InstantSource clock,
      Discovery discovery,
      Breakers breakers) {
    Path inbox = in.place().path();
    try {
      Files.createDirectories(inbox);
    } catch (IOException e) {
      log.warn("Cannot make the folder of {}: {}", declared.name(), e.toString());
    }
    FolderWatch watch =
        new FolderWatch(
            declared.blueprint(),
            declared.spec().name(),
            inbox,
            names,
            declared.spec().settle(),
            declared.spec().incomplete(),
            clock,
            discovery);
    return new Watching(declared.name(), watch::look, in.poll(), inbox, breakers::looked);
  }

  private static Inputs inputs(Arrival arrival, Path folder, Stores stores) {
    if (arrival instanceof Arrival.InFolder) {
      return new FolderInputs();
    }
    return arrival instanceof Arrival.InBucket
        ? stores.objectInputs()
        : new UploadedInputs(folder.resolve("uploads"));
  }

  FileSource source() {
    return source;
  }

  /** Looks at an object that a message named. */
  boolean look(ObjectMessages.Named object) throws IOException {
    return bucket != null && bucket.look(object.bucket(), object.key());
  }

  /**
   * Reads its queue from now on, if it has one; it may be asked again.
   *
   * @param look at an object, for all sources: several may share a queue
   */
  void listen(Stores stores, QueueReader.Look look) {
    if (queue == null && source.spec().arrival() instanceof Arrival.InBucket in) {
      URI address = in.queue();
      if (address != null) {
        queue = new QueueReader(source.name(), () -> stores.queue(address), look);
      }
    }
  }

  @Override
  public void close() {
    if (queue != null) {
      queue.close();
    }
    if (watching != null) {
      watching.close();
    }
  }
}
