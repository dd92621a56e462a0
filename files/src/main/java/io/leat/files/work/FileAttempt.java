package io.leat.files.work;

import io.leat.event.LeatException;
import io.leat.files.arrival.LocalInput;
import io.leat.files.ledger.Category;
import io.leat.files.ledger.Claimed;
import io.leat.files.ledger.Durations;
import io.leat.files.ledger.Failure;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.Lease;
import io.leat.files.ledger.Ledger;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.Progress;
import io.leat.files.ledger.Totals;
import io.leat.files.place.Staging;
import io.leat.parquet.ByteSource;
import io.leat.parquet.Conversion;
import io.leat.parquet.Converted;
import io.leat.parquet.FileException;
import io.leat.parquet.ParquetFile;
import io.leat.parquet.PartSummary;
import io.leat.parquet.Rejections;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileSourceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a file, from its claim to its end. It can be cut off at any point: the next one
 * finds what is published, or goes on with what is whole. Used once, by one thread.
 */
final class FileAttempt {
  private final FileSource source;
  private final Claimed claimed;
  private final Lease lease;
  private final Tools tools;
  private final RunningAttempt running;
  private final Path spool;
  private FileState.Working state;
  private Durations took = Durations.NONE;
  private boolean reachedSink;
  private @Nullable LocalInput input;
  private @Nullable String destination;
  private @Nullable Totals totals;

  /**
   * What all attempts share.
   *
   * @param engine names the program that converts, for manifests
   */
  record Tools(
      Ledger ledger, WorkSettings settings, RowFeed feed, String engine, InstantSource clock) {}

  FileAttempt(FileSource source, Claimed claimed, RunningAttempt running, Tools tools) {
    this.source = source;
    this.claimed = claimed;
    this.lease = claimed.lease();
    this.state = claimed.state();
    this.destination = claimed.file().destination();
    this.running = running;
    this.tools = tools;
    this.spool = tools.settings().spool().resolve(lease.file() + "-" + lease.fence() + ".parquet");
  }

  /** Where it stood when it ended. */
  FileState.Working state() {
    return state;
  }

  /** How long its steps took. */
  Durations took() {
    return took;
  }

  /** Whether the output's place has answered, or was asked in vain. */
  boolean reachedSink() {
    return reachedSink;
  }

  /** The file's bytes on this machine, if it came so far; until {@link #close}. */
  @Nullable LocalInput input() {
    return input;
  }

  /** Where its output is, or is to be; null when no attempt came so far. */
  @Nullable String destination() {
    return destination;
  }

  /** What was published, if it was. */
  @Nullable Totals totals() {
    return totals;
  }

  /**
   * The way of a file.
   *
   * @return whether it was published; else it is a duplicate
   */
  boolean run() throws AttemptFailedException, InterruptedException {
    LedgerFile file = claimed.file();
    String destination = tools.ledger().destination(lease, Destinations.of(source, file));
    this.destination = destination;
    Optional<Manifest> published = published(destination);
    if (published.isPresent()) {
      // An attempt before this one died between its last two steps.
      FileState.Publishing publishing = validating().adopt(now());
      tools.ledger().move(lease, validating(), publishing);
      state = publishing;
      finish(publishing, destination, published.get());
      return true;
    }
    LocalInput fetched = fetch(file);
    input = fetched;
    if (isDuplicate(file, fetched)) {
      return false;
    }
    Manifest manifest = convert(file, fetched, destination);
    finish((FileState.Publishing) state, destination, manifest);
    return true;
  }

  /**
   * Looks for the output of an attempt that failed while it was published: the answer may have been
   * lost on the way. One that is there is taken as {@link #run} would have.
   *
   * @return whether it is there
   */
  boolean adopt() throws AttemptFailedException, InterruptedException {
    String destination = this.destination;
    if (destination == null || !(state instanceof FileState.Publishing publishing)) {
      return false;
    }
    Optional<Manifest> published = published(destination);
    if (published.isEmpty()) {
      return false;
    }
    finish(publishing, destination, published.get());
    return true;
  }

  private FileState.Validating validating() {
    return (FileState.Validating) state;
  }

  private Optional<Manifest> published(String destination) throws AttemptFailedException {
    try {
      Optional<byte[]> found = source.outputs().manifest(destination);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(mine(Manifest.read(found.get())));
    } catch (IOException e) {
      reachedSink = true;
      throw Failures.of(e, Breakers.Side.SINK);
    }
  }

  /** An output of another file would have to have the same name and nearly the same id. */
  private Manifest mine(Manifest manifest) throws AttemptFailedException {
    if (!manifest.file().equals(lease.file())) {
      throw new AttemptFailedException(
          new Failure(
              Category.CONTRACT,
              "destination-taken",
              "Another file's output is where this one's has to be"),
          null,
          null);
    }
    return manifest;
  }

  private LocalInput fetch(LedgerFile file) throws AttemptFailedException {
    long begun = System.nanoTime();
    long most = source.spec().limits().bytes();
    if (file.seen().size() > most) {
      throw new AttemptFailedException(
          new Failure(
              Category.CONTRACT,
              "too-large",
              "The file has " + file.seen().size() + " bytes; " + most + " are allowed"),
          null,
          null);
    }
    try {
      return FetchedInput.of(source, file, spool);
    } catch (IOException e) {
      throw Failures.of(e, Breakers.Side.SOURCE);
    } finally {
      took = new Durations(millis(begun), 0, 0, 0);
    }
  }

  /**
   * Whether it is the same as another; then that is noted. Its bytes are kept until the other is
   * published: should that come to nothing, they are what is left of the content.
   */
  private boolean isDuplicate(LedgerFile file, LocalInput fetched) {
    while (true) {
      Optional<String> other = tools.ledger().content(lease, fetched.sha256(), key(file, fetched));
      if (other.isEmpty()) {
        return false;
      }
      Ledger.Original original = tools.ledger().duplicate(lease, validating(), other.get(), took);
      if (original != Ledger.Original.GONE) {
        running.end();
        if (original == Ledger.Original.PUBLISHED) {
          afterwards(file);
        }
        return true;
      }
    }
  }

  private String key(LedgerFile file, LocalInput fetched) {
    return source.spec().same() == FileSourceSpec.Same.CONTENT
        ? fetched.sha256()
        : fetched.sha256() + " " + file.seen().name();
  }

  private Manifest convert(LedgerFile file, LocalInput fetched, String destination)
      throws AttemptFailedException, InterruptedException {
    long begun = System.nanoTime();
    long memory = tools.settings().memory() / tools.settings().workers();
    try (ParquetFile parquet =
        ParquetFile.open(open(fetched), Conversions.limits(source.spec().limits(), memory))) {
      Failure mismatch =
          ContractCheck.check(parquet.schema(), source.spec().contract(), source.spec().convert());
      if (mismatch != null) {
        throw new AttemptFailedException(mismatch, null, null);
      }
      took = new Durations(took.fetch(), millis(begun), 0, 0);
      return convert(file, fetched, destination, parquet);
    } catch (FileException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while converting");
      }
      throw Failures.of(e, reachedSink ? Breakers.Side.SINK : Breakers.Side.SOURCE);
    }
  }

  private static ByteSource open(LocalInput fetched) throws AttemptFailedException {
    try {
      return ByteSource.file(fetched.path());
    } catch (IOException e) {
      throw Failures.of(e, Breakers.Side.SOURCE);
    }
  }

  private Manifest convert(
      LedgerFile file, LocalInput fetched, String destination, ParquetFile parquet)
      throws AttemptFailedException, FileException {
    ConvertSpec convert = source.spec().convert();
    long begun = System.nanoTime();
    reachedSink = true;
    StagedOutput staged = stage(file, fetched, parquet, destination);
    FileState.Converting converting =
        tools.ledger().convert(lease, validating(), parquet.rows(), staged.next());
    state = converting;
    StagedParts parts =
        new StagedParts(
            staged.staging(), lease.fence(), staged.before().size(), convert.extension());
    Converted converted =
        staged.isWhole(parquet)
            ? new Converted(0, 0, 0, Map.of(), List.of())
            : Conversion.run(
                parquet,
                Conversions.json(convert),
                Conversions.output(convert, parquet, roomFor(file, staged)),
                tools.settings().threads(),
                staged.next(),
                parts,
                new Reported(running, staged, parts, lease.fence()));
    took = new Durations(took.fetch(), took.validate(), millis(begun), 0);
    requireSame(file, fetched);
    List<Manifest.Part> all = parts(staged, parts, converted);
    Totals totals = totals(all, staged.rowsBefore(parquet), staged, converted);
    running.at(new Progress(totals.rowsIn(), parquet.bytes(), totals.bytes()));
    running.flush();
    Manifest manifest =
        Manifest.of(
            file,
            fetched.sha256(),
            parquet,
            convert,
            new Manifest.Facts(
                all, totals, converted.rejected(), tools.engine(), lease.owner(), steps(), now()));
    FileState.Publishing publishing = converting.publish(now());
    tools.ledger().move(lease, converting, publishing);
    state = publishing;
    return publish(staged.staging(), destination, manifest);
  }

  /** Bytes of JSON that may still come behind the parts of earlier attempts. */
  private long roomFor(LedgerFile file, StagedOutput staged) {
    long before = staged.before().stream().mapToLong(part -> part.holds().jsonBytes()).sum();
    return Math.max(0, source.spec().limits().outputOf(file.seen().size()) - before);
  }

  private Map<String, Long> steps() {
    Map<String, Long> steps = new LinkedHashMap<>();
    steps.put("fetch", took.fetch());
    steps.put("validate", took.validate());
    steps.put("convert", took.convert());
    return steps;
  }

  private StagedOutput stage(
      LedgerFile file, LocalInput fetched, ParquetFile parquet, String destination)
      throws AttemptFailedException {
    try {
      StagedOutput staged = StagedOutput.of(source, file, fetched, parquet, lease, destination);
      if (staged.next() == 0 && file.resume() != null) {
        tools.ledger().startAnew(lease);
      }
      return staged;
    } catch (IOException e) {
      throw Failures.of(e, Breakers.Side.SINK);
    }
  }

  /** A file that was written to while it was read is not what its hash says. */
  private void requireSame(LedgerFile file, LocalInput fetched) throws AttemptFailedException {
    if (!fetched.isCopy() && fetched.path().toString().equals(FetchedInput.path(file))) {
      try {
        source.inputs().requireSame(file.seen());
      } catch (IOException e) {
        throw Failures.of(e, Breakers.Side.SOURCE);
      }
    }
  }

  private static List<Manifest.Part> parts(
      StagedOutput staged, StagedParts parts, Converted converted) {
    List<Manifest.Part> all = new ArrayList<>(staged.before());
    List<Resume.Part> written = parts.whole();
    for (PartSummary part : converted.parts()) {
      Resume.Part as = written.get(part.index());
      all.add(
          new Manifest.Part(
              as.name(),
              new PartSummary(all.size(), part.rows(), as.bytes(), part.jsonBytes(), as.sha256())));
    }
    return all;
  }

  private static Totals totals(
      List<Manifest.Part> all, long skipped, StagedOutput staged, Converted converted) {
    long before = staged.before().stream().mapToLong(part -> part.holds().rows()).sum();
    long rejected = converted.rejected().values().stream().mapToLong(Rejections::count).sum();
    return new Totals(
        skipped + converted.rowsRead(),
        before + converted.rowsWritten(),
        skipped - before + converted.rowsFiltered(),
        rejected,
        all.size(),
        all.stream().mapToLong(part -> part.holds().bytes()).sum());
  }

  private Manifest publish(Staging staging, String destination, Manifest manifest)
      throws AttemptFailedException {
    long begun = System.nanoTime();
    try {
      if (staging.publish(manifest.bytes())) {
        return manifest;
      }
      byte[] other =
          source
              .outputs()
              .manifest(destination)
              .orElseThrow(() -> new IOException("The output is there, its manifest is not"));
      return mine(Manifest.read(other));
    } catch (IOException e) {
      throw Failures.of(e, Breakers.Side.SINK);
    } finally {
      took = new Durations(took.fetch(), took.validate(), took.convert(), millis(begun));
    }
  }

  /** The output is visible: now the ledger is told, and what is left over goes. */
  private void finish(FileState.Publishing publishing, String destination, Manifest manifest)
      throws AttemptFailedException, InterruptedException {
    LedgerFile file = claimed.file();
    reachedSink = true;
    totals = manifest.totals();
    try {
      source.outputs().clean(destination, file.id(), manifest.bytes());
      String into = source.spec().into();
      if (into == null) {
        running.end(); // else it would seem lost, and be interrupted, while it tidies up
        tools
            .ledger()
            .published(lease, publishing, manifest.totals(), manifest.publishedAt(), took);
      } else {
        FileState.Loading loading =
            tools.ledger().load(lease, publishing, manifest.totals(), manifest.publishedAt());
        state = loading;
        new RowLoading(tools.ledger(), tools.feed())
            .load(
                lease,
                file,
                source.outputs(),
                destination,
                manifest,
                source.blueprint() + "." + into);
        running.end();
        tools.ledger().published(lease, loading, took);
      }
    } catch (IOException e) {
      throw Failures.of(e, Breakers.Side.SINK);
    }
    afterwards(file);
  }

  /** What is over is not needed any more. What stays is removed later, by whoever keeps house. */
  private void afterwards(LedgerFile file) {
    try {
      Leftovers.remove(source, file);
      tools.ledger().tidied(file.id());
    } catch (IOException | LeatException e) {
      Leftovers.log(file, e);
    }
  }

  /** Removes what was fetched. */
  void close() {
    try {
      Files.deleteIfExists(spool);
    } catch (IOException e) {
      Leftovers.log(claimed.file(), e);
    }
  }

  private Instant now() {
    return tools.clock().instant();
  }

  private static long millis(long since) {
    return (System.nanoTime() - since) / 1_000_000;
  }

  /** Tells how far a conversion is. */
  private record Reported(
      RunningAttempt running, StagedOutput staged, StagedParts parts, long fence)
      implements io.leat.parquet.Progress {
    @Override
    public void at(long rows, long bytesRead, long bytesWritten) {
      running.at(new Progress(rows, bytesRead, bytesWritten));
    }

    @Override
    public void rowGroupDone(int next, int partsClosed) {
      if (staged.isResumable()) {
        List<Resume.Part> whole = new ArrayList<>();
        staged
            .before()
            .forEach(
                part ->
                    whole.add(
                        new Resume.Part(part.name(), part.holds().bytes(), part.holds().sha256())));
        whole.addAll(parts.whole().subList(0, partsClosed));
        running.finished(new Resume(fence, staged.options(), next, whole));
      }
    }
  }
}
