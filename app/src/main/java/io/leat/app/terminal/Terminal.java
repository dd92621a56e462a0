package io.leat.app.terminal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Standard output and error, and what may be done there: colour and redrawing only where somebody
 * watches. Thread-safe as far as its streams are.
 */
public final class Terminal {
  private static final int DEFAULT_WIDTH = 100;

  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final boolean prompting;
  private final boolean color;
  private final boolean errorColor;
  private final int width;

  /**
   * @param out standard output
   * @param err standard error
   * @param interactive whether {@code out} is a terminal, so that lines may be redrawn
   * @param color whether styles are written
   * @param width in columns
   */
  public Terminal(PrintStream out, PrintStream err, boolean interactive, boolean color, int width) {
    this(out, err, interactive, false, color, color, width);
  }

  private Terminal(
      PrintStream out,
      PrintStream err,
      boolean interactive,
      boolean prompting,
      boolean color,
      boolean errorColor,
      int width) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.prompting = prompting;
    this.color = color;
    this.errorColor = errorColor;
    this.width = width;
  }

  /**
   * The process's own terminal, as the launcher describes it: {@code leat.terminal} holds the
   * numbers of the file descriptors that are one, {@code leat.columns} its width.
   */
  public static Terminal system(
      ColorMode mode, Properties properties, Map<String, String> environment) {
    String descriptors = properties.getProperty("leat.terminal", "");
    boolean plain =
        !environment.getOrDefault("NO_COLOR", "").isEmpty()
            || "dumb".equals(environment.get("TERM"));
    boolean auto = mode == ColorMode.AUTO && !plain;
    return new Terminal(
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        descriptors.contains("1"),
        descriptors.contains("0") && descriptors.contains("1"),
        mode == ColorMode.ALWAYS || (auto && descriptors.contains("1")),
        mode == ColorMode.ALWAYS || (auto && descriptors.contains("2")),
        columns(properties.getProperty("leat.columns", "")));
  }

  /** Standard output. */
  public PrintStream out() {
    return out;
  }

  /** Why standard output failed; null when it did not, or it is none that tells. */
  public @Nullable IOException failure() {
    return out instanceof Standard standard ? standard.below.failure : null;
  }

  /** Standard error. */
  public PrintStream err() {
    return err;
  }

  /** Whether standard output is a terminal. */
  public boolean isInteractive() {
    return interactive;
  }

  /** Whether a person can be asked: input and output are a terminal. */
  public boolean isPrompting() {
    return prompting;
  }

  /** The width in columns. */
  public int width() {
    return width;
  }

  /** {@code text} in a style, or as it is where there is no colour. */
  public String styled(Style style, String text) {
    return color ? "\u001b[" + style.code() + "m" + text + "\u001b[0m" : text;
  }

  /** One line on standard output. */
  public void line(String text) {
    out.println(text);
    out.flush();
  }

  /** An empty line on standard output. */
  public void line() {
    line("");
  }

  /** A note for people on standard error, so that it never mixes with what a program reads. */
  public void note(String text) {
    err.println(text);
    err.flush();
  }

  /** A failure on standard error: {@code leat: <sentence>}. */
  public void error(String sentence) {
    String prefix = errorColor ? "\u001b[1;31mleat:\u001b[0m " : "leat: ";
    err.println(prefix + sentence);
    err.flush();
  }

  private static int columns(String text) {
    try {
      int columns = Integer.parseInt(text.trim());
      return columns == 0 ? DEFAULT_WIDTH : Math.max(40, columns); // 0: the terminal does not know
    } catch (NumberFormatException e) {
      return DEFAULT_WIDTH;
    }
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new Standard(new Failing(new FileOutputStream(descriptor)));
  }

  /** A print stream that knows why it failed. */
  private static final class Standard extends PrintStream {
    private final Failing below;

    Standard(Failing below) {
      super(new BufferedOutputStream(below, 8192), false, StandardCharsets.UTF_8);
      this.below = below;
    }
  }

  /** Keeps the first failure, which a print stream swallows. */
  private static final class Failing extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    Failing(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        }
        throw e;
      }
    }
  }
}
