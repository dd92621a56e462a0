package io.leat.app.convert;

import io.leat.app.terminal.Terminal;
import io.leat.parquet.PartSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes all parts one behind the other. Used by one thread at a time. */
final class StreamSink implements PartSink {
  private final OutputStream out;
  private final Supplier<@Nullable IOException> failure;
  private final int mostParts;

  private StreamSink(OutputStream out, Supplier<@Nullable IOException> failure, int mostParts) {
    this.out = out;
    this.failure = failure;
    this.mostParts = mostParts;
  }

  /** Onto a stream that tells itself of its failures. */
  static StreamSink of(OutputStream out) {
    return new StreamSink(out, () -> null, Integer.MAX_VALUE);
  }

  /**
   * Onto standard output.
   *
   * @param mostParts after so many the conversion is ended by {@link Enough}
   */
  static StreamSink of(Terminal terminal, int mostParts) {
    return new StreamSink(terminal.out(), terminal::failure, mostParts);
  }

  /** As much was written as was wanted. */
  static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("enough");
    }
  }

  /** Nobody reads any more. */
  static final class Closed extends IOException {
    private static final long serialVersionUID = 1L;

    Closed() {
      super("standard output is closed");
    }
  }

  @Override
  public Part open(int index) throws IOException {
    if (index >= mostParts) {
      throw new Enough();
    }
    return new StreamPart();
  }

  private final class StreamPart implements Part {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      bytes.position(bytes.limit());
      check();
    }

    @Override
    public void close() throws IOException {
      out.flush();
      check();
    }

    /** A print stream swallows failures. */
    private void check() throws IOException {
      if (out instanceof PrintStream print && print.checkError()) {
        IOException why = failure.get();
        String said = why == null ? null : why.getMessage();
        if (said == null || said.contains("Broken pipe")) {
          throw new Closed();
        }
        throw new IOException("standard output cannot be written: " + said, why);
      }
    }

    @Override
    public void abort() {}
  }
}
