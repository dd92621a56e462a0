package io.leat.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program of this module in a process of its own. It says what the parent must know on its
 * standard output, in lines that begin with {@value #MARK}, and ends when its standard input does.
 */
final class ChildProcess implements AutoCloseable {
  /** Begins each line that is meant for the parent. */
  static final String MARK = "bench: ";

  /** An option of {@code leat up}, with the release from which on it is meant. */
  private static final Pattern OPTION = Pattern.compile("(?:up:)?(?:([0-9]+):)?(-.*)");

  private static final Duration STOP = Duration.ofSeconds(60);

  private final Process process;
  private final BufferedReader out;

  private ChildProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(UTF_8);
  }

  /**
   * Starts the program with this process's Java and class path.
   *
   * @param heap as -Xmx takes it
   */
  static ChildProcess start(Class<?> program, String heap, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(productOptions());
    command.add("-Xmx" + heap);
    command.add(
        "-Dleat.log.console.level=" + System.getProperty("leat.log.console.level", "ERROR"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(arguments);
    return new ChildProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** What the launcher starts {@code leat up} with. */
  private static List<String> productOptions() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ChildProcess.class.getResourceAsStream("/jvm.options"))) {
      List<String> options = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        Matcher option = OPTION.matcher(line);
        if (option.matches()
            && (option.group(1) == null
                || Runtime.version().feature() >= Integer.parseInt(option.group(1)))) {
          options.add(option.group(2));
        }
      }
      return options;
    }
  }

  /** The next message. Blocks until there is one. */
  String message() throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(MARK)) {
        return line.substring(MARK.length());
      }
    }
    throw new IOException("The process ended: " + process);
  }

  /** Sends a line. */
  void send(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** Processor time so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** For the program: tells the parent something. */
  static void tell(String message) {
    System.out.println(MARK + message);
  }

  /** For the program: the parent's lines. */
  static BufferedReader parent() {
    return new BufferedReader(new InputStreamReader(System.in, UTF_8));
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
