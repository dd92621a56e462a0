package io.leat.app.convert;

import com.github.luben.zstd.ZstdInputStream;
import io.leat.parquet.Compression;
import io.leat.parquet.FileException;
import io.leat.parquet.JsonToParquet;
import io.leat.parquet.Layout;
import io.leat.parquet.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Makes Parquet of NDJSON again, with the schema that was written down beside it. */
final class Restoring {
  /** Of the files that a folder is searched for. */
  static final java.util.Set<String> EXTENSIONS = java.util.Set.of(".ndjson", ".jsonl");

  private final Schema schema;
  private final boolean force;
  private final UnfinishedFiles unfinished;
  private final InputStream standard;
  private final OutputStream out;

  Restoring(
      Schema schema,
      boolean force,
      UnfinishedFiles unfinished,
      InputStream standard,
      OutputStream out) {
    this.schema = schema;
    this.force = force;
    this.unfinished = unfinished;
    this.standard = standard;
    this.out = out;
  }

  static Schema schema(Path file) throws ConvertFailure {
    try {
      return Schema.parse(Files.readString(file));
    } catch (IOException e) {
      throw new ConvertFailure(Sentences.of(e, file.toString()), e);
    } catch (IllegalArgumentException e) {
      throw new ConvertFailure(
          file + ": " + e.getMessage() + "; 'leat convert --schema --json FILE' writes one", e);
    }
  }

  long restore(Input input, Destination destination)
      throws IOException, FileException, ConvertFailure {
    if (destination instanceof Destination.Regular regular) {
      try (FileSink sink = new FileSink(regular, false, force, unfinished)) {
        sink.prepare();
        long rows;
        try (InputStream in = open(input)) {
          rows = JsonToParquet.write(in, schema, sink.channel(regular.path()));
        }
        sink.publish();
        return rows;
      }
    }
    try (InputStream in = open(input);
        OutputStream device =
            destination instanceof Destination.Device special
                ? Files.newOutputStream(special.path())
                : OutputStream.nullOutputStream()) {
      OutputStream target = destination instanceof Destination.Standard ? out : device;
      long rows = JsonToParquet.write(in, schema, Channels.newChannel(target));
      target.flush();
      return rows;
    }
  }

  private InputStream open(Input input) throws IOException {
    if (input.isStandard()) {
      return standard;
    }
    Format.Named named = Format.named(String.valueOf(input.path().getFileName()));
    InputStream in = Files.newInputStream(input.path());
    try {
      return named.compression() == Compression.GZIP
          ? new GZIPInputStream(in, 1 << 16)
          : named.compression() == Compression.ZSTD ? new ZstdInputStream(in) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** Outputs are Parquet, whatever they are called. */
  static final class ToParquet implements Destinations.Kind {
    @Override
    public Format format(String name) throws ConvertFailure {
      if (Inputs.EXTENSIONS.stream().noneMatch(name::endsWith)) {
        throw new ConvertFailure(name + " does not end with .parquet, which --to-parquet writes");
      }
      return Format.COMMON;
    }

    @Override
    public Format format() {
      return Format.COMMON;
    }

    @Override
    public String extension(Format format) {
      return ".parquet";
    }

    @Override
    public Format.Named named(String name) {
      for (String extension : Inputs.EXTENSIONS) {
        if (name.length() > extension.length() && name.endsWith(extension)) {
          String stem = name.substring(0, name.length() - extension.length());
          return new Format.Named(stem, Layout.NDJSON, Compression.NONE);
        }
      }
      return new Format.Named(name, null, Compression.NONE);
    }
  }
}
