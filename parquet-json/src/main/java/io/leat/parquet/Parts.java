package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts the output into parts. Used by one thread at a time. */
final class Parts {
  private static final byte[] ARRAY_END = "\n]\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ARRAY_EMPTY = "[\n]\n".getBytes(StandardCharsets.US_ASCII);

  private final OutputOptions options;
  private final PartSink sink;
  private final Scratch scratch;
  private final @Nullable Compressor compressor;
  private final @Nullable MessageDigest digest;
  private final List<PartSummary> closed = new ArrayList<>();
  private PartSink.@Nullable Part part;
  private long rows;
  private long bytes;
  private long jsonBytes;
  private long allBytes;
  private long allJsonBytes;

  Parts(OutputOptions options, PartSink sink, Budget budget) {
    this.options = options;
    this.sink = sink;
    this.compressor = Compressor.of(options);
    this.scratch = new Scratch(budget, "compressed output", Integer.MAX_VALUE);
    this.digest = options.checksums() ? sha256() : null;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JVM has SHA-256", e);
    }
  }

  /** Whether parts may end inside of a chunk. */
  static boolean mayCut(OutputOptions options) {
    return options.splitRows() > 0 || options.splitBytes() > 0;
  }

  List<PartSummary> closed() {
    return closed;
  }

  long bytesWritten() {
    return allBytes;
  }

  void write(Chunk chunk) throws IOException {
    int first = 0;
    int from = 0;
    while (first < chunk.rows) {
      int last = Parts.mayCut(options) ? fitting(chunk, first, from) : chunk.rows;
      if (last == first) {
        closePart();
        continue;
      }
      int to = last == chunk.rows ? chunk.json.end : chunk.ends[last - 1];
      slice(chunk, from, to, last - first);
      first = last;
      from = to;
    }
  }

  /** Behind the last row from the first one on that the part has room for. */
  private int fitting(Chunk chunk, int first, int from) {
    long mostRows = options.splitRows() == 0 ? Long.MAX_VALUE : options.splitRows() - rows;
    long mostBytes = options.splitBytes() == 0 ? Long.MAX_VALUE : options.splitBytes() - jsonBytes;
    int last = first;
    while (last < chunk.rows
        && last - first < mostRows
        && (chunk.ends[last] - from <= mostBytes || (last == first && rows == 0))) {
      last++;
    }
    return last;
  }

  private void slice(Chunk chunk, int from, int to, int count) throws IOException {
    judge(to - from);
    PartSink.Part open = open();
    boolean isPatched = options.layout() == Layout.ARRAY && rows == 0;
    if (isPatched) {
      chunk.json.bytes[from] = '[';
    }
    boolean isWhole = from == 0 && to == chunk.json.end;
    if (compressor == null) {
      put(open, chunk.json.bytes, from, to - from);
    } else if (isWhole && !isPatched && chunk.compressed.end > 0) {
      put(open, chunk.compressed.bytes, 0, chunk.compressed.end);
    } else {
      scratch.end = 0;
      compressor.compress(chunk.json.bytes, from, to - from, scratch);
      put(open, scratch.bytes, 0, scratch.end);
    }
    rows += count;
    jsonBytes += to - from;
  }

  /** A few bytes of the file may stand for any number of rows: they are counted as they come. */
  private void judge(int more) {
    if (more > options.maxJsonBytes() - allJsonBytes) {
      throw Refusal.resource(
          "output-size", "the output has more bytes of JSON than maxJsonBytes allows");
    }
    allJsonBytes += more;
  }

  private PartSink.Part open() throws IOException {
    PartSink.Part now = part;
    if (now == null) {
      now = sink.open(closed.size());
      part = now;
    }
    return now;
  }

  private void put(PartSink.Part open, byte[] from, int start, int length) throws IOException {
    if (digest != null) {
      digest.update(from, start, length);
    }
    open.write(ByteBuffer.wrap(from, start, length));
    bytes += length;
    allBytes += length;
  }

  /** Ends the part, if one is open. */
  void closePart() throws IOException {
    PartSink.Part open = part;
    if (open == null) {
      return;
    }
    byte[] end =
        options.layout() == Layout.NDJSON ? new byte[0] : rows == 0 ? ARRAY_EMPTY : ARRAY_END;
    if (compressor != null && (end.length > 0 || bytes == 0)) {
      scratch.end = 0;
      compressor.compress(end, 0, end.length, scratch);
      put(open, scratch.bytes, 0, scratch.end);
    } else if (end.length > 0) {
      put(open, end, 0, end.length);
    }
    jsonBytes += end.length;
    open.close();
    part = null;
    String checksum = digest == null ? "" : HexFormat.of().formatHex(digest.digest());
    closed.add(new PartSummary(closed.size(), rows, bytes, jsonBytes, checksum));
    rows = 0;
    bytes = 0;
    jsonBytes = 0;
  }

  /** Ends the output: there is at least one part. */
  void finish() throws IOException {
    if (closed.isEmpty()) {
      open();
    }
    closePart();
  }

  /** Throws away what is open. */
  void abort() {
    PartSink.Part open = part;
    if (open != null) {
      part = null;
      open.abort();
    }
  }

  void release() {
    if (compressor != null) {
      compressor.close();
    }
    scratch.drop();
  }
}
