package io.leat.app.convert;

import io.leat.parquet.ByteSource;
import io.leat.parquet.FileException;
import io.leat.parquet.Limits;
import io.leat.parquet.ParquetFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens inputs; standard input by way of a temporary file, as Parquet is read from its end. */
final class Opening {
  private final InputStream standard;
  private final UnfinishedFiles unfinished;
  private final Limits limits;

  Opening(InputStream standard, UnfinishedFiles unfinished, Limits limits) {
    this.standard = standard;
    this.unfinished = unfinished;
    this.limits = limits;
  }

  /** Does something with an open file. */
  interface Use<T> {
    T with(ParquetFile file) throws IOException, FileException, ConvertFailure;
  }

  <T> T use(Input input, Use<T> use) throws IOException, FileException, ConvertFailure {
    Path spooled = input.isStandard() ? spool() : null;
    try (ParquetFile file = open(spooled == null ? input.path() : spooled)) {
      return use.with(file);
    } finally {
      discard(spooled);
    }
  }

  private ParquetFile open(Path path) throws IOException, FileException {
    return ParquetFile.open(ByteSource.file(path), limits);
  }

  private Path spool() throws IOException {
    Path file = Files.createTempFile("leat-convert", ".parquet");
    unfinished.add(file);
    try (OutputStream out = Files.newOutputStream(file)) {
      standard.transferTo(out);
      return file;
    } catch (IOException e) {
      unfinished.discard(file);
      throw new WriteFailure(
          "standard input could not be kept in " + file + ": " + e.getMessage(), e);
    }
  }

  private void discard(@Nullable Path file) {
    if (file != null) {
      unfinished.discard(file);
    }
  }
}
