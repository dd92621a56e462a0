package io.leat.files.deadletter;

import io.leat.files.place.Durably;
import io.leat.files.place.Reserve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Dead letters in a folder: {@code name.parquet} and {@code name.parquet.reason.json}. */
public final class DeadLetterFolder implements DeadLetters {
  private final Path folder;
  private final long reserve;

  /**
   * @param folder made when the first one comes
   * @param reserve bytes that have to stay free of its file system; 0: as its size suggests
   */
  public DeadLetterFolder(Path folder, long reserve) {
    this.folder = folder;
    this.reserve = reserve;
  }

  @Override
  public String put(Letter letter) throws IOException {
    Durably.createDirectories(folder);
    Path file = folder.resolve(Reason.name(letter));
    Path content = letter.content();
    if (content != null && !Files.exists(file)) {
      new Reserve(folder, reserve).take(Files.size(content));
      Durably.copy(content, file);
    }
    Durably.write(reason(file), Reason.of(letter));
    return file.toString();
  }

  @Override
  public @Nullable Path fetch(String place, Path spool) {
    Path file = Path.of(place);
    return Files.isRegularFile(file) ? file : null;
  }

  @Override
  public boolean holds(String place) {
    return Files.isRegularFile(Path.of(place));
  }

  @Override
  public void remove(String place) throws IOException {
    Path file = Path.of(place);
    Files.deleteIfExists(file);
    Files.deleteIfExists(reason(file));
  }

  private static Path reason(Path file) {
    return file.resolveSibling(file.getFileName() + Reason.SUFFIX);
  }
}
