package io.leat.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Converts into memory. */
final class Converting implements PartSink {
  final List<ByteArrayOutputStream> parts = new ArrayList<>();
  int aborted;

  static String json(Path file, JsonOptions options, int threads) throws Exception {
    return json(Files.readAllBytes(file), options, threads);
  }

  static String json(byte[] file, JsonOptions options, int threads) throws FileException {
    Converting sink = new Converting();
    sink.run(file, options, OutputOptions.DEFAULT, threads, Limits.DEFAULT);
    return sink.text(0);
  }

  Converted run(byte[] file, JsonOptions json, OutputOptions output, int threads, Limits limits)
      throws FileException {
    try (ParquetFile opened = ParquetFile.open(ByteSource.of(file), limits)) {
      return Conversion.run(opened, json, output, threads, 0, this, Progress.NONE);
    }
  }

  String text(int part) {
    return parts.get(part).toString(StandardCharsets.UTF_8);
  }

  @Override
  public Part open(int index) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    parts.add(bytes);
    return new Part() {
      @Override
      public void write(ByteBuffer buffer) {
        bytes.write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
      }

      @Override
      public void close() {}

      @Override
      public void abort() {
        aborted++;
      }
    };
  }
}
