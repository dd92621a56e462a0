package io.leat.files.arrival;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.files.ledger.Sighting;
import io.leat.files.place.Durably;
import io.leat.files.place.Reserve;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Files that are sent to Leat piece by piece. How much of one is there is what its file on disk
 * has, so that sending can go on behind any failure. Thread-safe; blocks.
 */
public final class Uploads {
  private static final String PART = ".part";

  private final StateDatabase database;
  private final Path folder;
  private final long reserve;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Discovery discovery;

  /**
   * An upload.
   *
   * @param length bytes that it will have
   * @param client who began it
   */
  public record Upload(
      String id, String blueprint, String source, String name, long length, String client) {
    /** {@code blueprint.source}. */
    public String of() {
      return blueprint + "." + source;
    }
  }

  /**
   * @param folder where the bytes are kept
   * @param reserve bytes that have to stay free of its file system; 0: as its size suggests
   * @param discovery told of uploads that are whole
   */
  public Uploads(
      StateDatabase database,
      Path folder,
      long reserve,
      InstantSource clock,
      RandomGenerator random,
      Discovery discovery) {
    this.database = database;
    this.folder = folder;
    this.reserve = reserve;
    this.clock = clock;
    this.random = random;
    this.discovery = discovery;
  }

  /**
   * Begins an upload.
   *
   * @throws LeatException DISK_FULL when there is no room for it
   */
  public Upload begin(String blueprint, String source, String name, long length, String client) {
    UUID id = new UUID(random.nextLong(), random.nextLong());
    Upload upload =
        new Upload(id.toString().replace("-", ""), blueprint, source, name, length, client);
    try {
      Durably.createDirectories(folder);
      take(room(), length);
      Files.createFile(part(upload.id()));
      Durably.force(folder);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.INTERNAL, "Cannot keep an upload: " + e, e);
    }
    database.transaction(
        "begin an upload",
        connection ->
            Sql.update(
                connection,
                "insert into file_upload (id, blueprint, source, name, length, client, created_at)"
                    + " values (?, ?, ?, ?, ?, ?, ?)",
                upload.id(),
                blueprint,
                source,
                name,
                length,
                client,
                Sql.micros(clock.instant())));
    return upload;
  }

  /** The room for what is written to uploads by one who writes. */
  public Reserve room() throws IOException {
    return new Reserve(folder, reserve);
  }

  /**
   * So many bytes are about to be written, or are to be.
   *
   * @throws LeatException DISK_FULL when there is no room for them
   */
  public static void take(Reserve room, long bytes) throws IOException {
    try {
      room.take(bytes);
    } catch (FileSystemException e) {
      throw new LeatException(
          ErrorCode.DISK_FULL, "There is no room for " + bytes + " bytes: " + e.getReason(), e);
    }
  }

  /**
   * An upload that was begun.
   *
   * @throws LeatException NOT_FOUND
   */
  public Upload find(String id) {
    return database
        .transaction(
            "find an upload",
            connection ->
                Sql.first(
                    connection,
                    "select * from file_upload where id = ?",
                    row ->
                        new Upload(
                            row.getString("id"),
                            row.getString("blueprint"),
                            row.getString("source"),
                            row.getString("name"),
                            row.getLong("length"),
                            row.getString("client")),
                    id))
        .orElseThrow(
            () -> new LeatException(ErrorCode.NOT_FOUND, "There is no upload '" + id + "'"));
  }

  /** How many of its bytes are there. */
  public long offset(Upload upload) {
    try {
      if (Files.exists(part(upload.id()))) {
        return Files.size(part(upload.id()));
      }
      if (Files.exists(whole(upload.id())) || isFinished(upload)) {
        return upload.length();
      }
    } catch (IOException e) {
      throw new LeatException(ErrorCode.INTERNAL, "Cannot read an upload: " + e, e);
    }
    throw new LeatException(
        ErrorCode.NOT_FOUND, "The bytes of the upload '" + upload.id() + "' are not here");
  }

  private boolean isFinished(Upload upload) {
    return database
        .transaction(
            "look at an upload",
            connection ->
                Sql.first(
                    connection,
                    "select 1 from file_upload where id = ? and finished_at is not null",
                    row -> 1,
                    upload.id()))
        .isPresent();
  }

  /** Where the next bytes are to be written. */
  public Path part(String id) {
    return folder.resolve(id + PART);
  }

  private Path whole(String id) {
    return folder.resolve(id);
  }

  /**
   * All bytes are there: from now on it is a file that has arrived. Done again it changes nothing.
   */
  public void finish(Upload upload) {
    try {
      Path part = part(upload.id());
      if (Files.exists(part)) {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
        Durably.move(part, whole(upload.id()));
      }
      if (isFinished(upload)) {
        return;
      }
      discovery.seen(
          List.of(
              new Sighting(
                  upload.blueprint(),
                  upload.source(),
                  upload.name(),
                  UploadedInputs.location(upload.name()),
                  upload.id(),
                  upload.length())));
    } catch (IOException e) {
      throw new LeatException(ErrorCode.INTERNAL, "Cannot keep an upload: " + e, e);
    }
    database.transaction(
        "finish an upload",
        connection ->
            Sql.update(
                connection,
                "update file_upload set finished_at = ? where id = ? and finished_at is null",
                Sql.micros(clock.instant()),
                upload.id()));
  }

  /** Nobody wants it any more. */
  public void cancel(Upload upload) {
    database.transaction(
        "cancel an upload",
        connection ->
            Sql.update(
                connection,
                "delete from file_upload where id = ? and finished_at is null",
                upload.id()));
    try {
      Files.deleteIfExists(part(upload.id()));
    } catch (IOException e) {
      throw new LeatException(ErrorCode.INTERNAL, "Cannot remove an upload: " + e, e);
    }
  }

  /** Finishes those whose last bytes came just before the process died. */
  public void recover() {
    for (Upload upload : open(Instant.MAX)) {
      if (Files.exists(whole(upload.id()))
          || (Files.exists(part(upload.id())) && offset(upload) == upload.length())) {
        finish(upload);
      }
    }
  }

  /** Cancels those that were begun long ago, and forgets finished ones. */
  public void expire(Duration after) {
    Instant before = clock.instant().minus(after);
    open(before).forEach(this::cancel);
    database.transaction(
        "forget uploads",
        connection ->
            Sql.update(
                connection, "delete from file_upload where finished_at < ?", Sql.micros(before)));
  }

  private List<Upload> open(Instant before) {
    return database.transaction(
        "find open uploads",
        connection ->
            Sql.list(
                connection,
                "select * from file_upload where finished_at is null"
                    + (before.equals(Instant.MAX) ? "" : " and created_at < ?"),
                row ->
                    new Upload(
                        row.getString("id"),
                        row.getString("blueprint"),
                        row.getString("source"),
                        row.getString("name"),
                        row.getLong("length"),
                        row.getString("client")),
                before.equals(Instant.MAX) ? new Object[0] : new Object[] {before}));
  }
}
