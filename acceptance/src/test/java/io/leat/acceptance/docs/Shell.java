package io.leat.acceptance.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.acceptance.Launch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A bash in a folder of its own, as a reader of a document has it: variables last from command to
 * command. {@code ./leat} and {@code leat} are there; {@code leat up} goes to the background and is
 * waited for.
 */
final class Shell implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern SLEEP = Pattern.compile("(?m)^sleep \\d+$");
  private static final JsonMapper JSON = new JsonMapper();
  private static final String END = "\u0004end of output";

  private final Path folder;
  private final int port = freePort();
  private final int securePort = freePort();
  private final Process bash;
  private final Writer in;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** What commands printed on both outputs, and the last exit code that was not 0, if any. */
  record Result(String output, int exit) {}

  /**
   * @param folder is made the working folder
   * @param variables more of them for the environment
   */
  Shell(Path folder, Map<String, String> variables) throws IOException {
    this.folder = folder;
    writeLauncher(folder.resolve("leat"));
    Files.createSymbolicLink(folder.resolve("blueprints"), SourceTree.root().resolve("blueprints"));
    ProcessBuilder builder =
        new ProcessBuilder("bash", "--noprofile", "--norc")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("LEAT_"));
    builder.environment().putAll(variables);
    builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    builder.environment().put("COLUMNS", "100");
    bash = builder.start();
    in = bash.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "docs-shell");
    reader.setDaemon(true);
    reader.start();
  }

  /** The document's fixed ports, which this machine may have given away, become free ones. */
  String movedPorts(String text) {
    return text.replace("localhost:8080", "localhost:" + port)
        .replace("18443", Integer.toString(securePort));
  }

  /** Runs a script. Where it sleeps, it goes on when everything sent so far is committed. */
  Result run(String script) throws IOException, InterruptedException {
    StringBuilder output = new StringBuilder();
    int exit = 0;
    boolean first = true;
    for (String part : SLEEP.split(movedPorts(script), -1)) {
      if (!first) {
        settle();
      }
      first = false;
      if (!part.isBlank()) {
        Result result = execute(part);
        output.append(result.output());
        exit = result.exit();
      }
    }
    return new Result(output.toString(), exit);
  }

  private Result execute(String script) throws IOException, InterruptedException {
    String mark = UUID.randomUUID().toString();
    in.write("docs_failed=0; trap 'docs_failed=$?' ERR\n" + script);
    in.write("\nprintf '\\n%s %s\\n' '" + mark + "' \"$(($? ? $? : docs_failed))\"\n");
    in.flush();
    StringBuilder output = new StringBuilder();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        throw new AssertionError("no end after " + PATIENCE + ":\n" + script + "\n" + output);
      }
      if (line.equals(END)) {
        throw new AssertionError("the shell ended:\n" + script + "\n" + output);
      }
      if (line.startsWith(mark + " ")) {
        String text = output.toString();
        return new Result(
            text.endsWith("\n\n") ? text.substring(0, text.length() - 1) : text,
            Integer.parseInt(line.substring(mark.length() + 1).strip()));
      }
      output.append(line).append('\n');
    }
  }

  /** Two checkpoints later than now, and nothing logged that is not committed. */
  private void settle() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long target = Long.MAX_VALUE;
    while (System.nanoTime() < deadline) {
      JsonNode status = JSON.readTree(execute("leat status --json 2>/dev/null").output());
      long lag = 0;
      for (JsonNode stream : status.path("streams")) {
        lag += stream.path("lag").asLong();
      }
      long checkpoints = Long.MAX_VALUE;
      for (JsonNode job : status.path("jobs")) {
        checkpoints = Math.min(checkpoints, job.path("checkpoints").asLong());
      }
      target = Math.min(target, checkpoints + 2);
      if (lag == 0 && checkpoints >= target) {
        return;
      }
      Thread.sleep(500);
    }
    throw new AssertionError("not everything was committed after " + PATIENCE);
  }

  /** Starts what stays, and waits until it says {@code ready}; answers with what it said so far. */
  Result start(String command, String ready) throws IOException, InterruptedException {
    Path log = Files.createTempFile(folder, "background", ".log");
    boolean placed = command.contains("--port") || command.contains("--config");
    return run(
        command.strip()
            + (placed ? "" : " --port " + port)
            + " > "
            + log
            + " 2>&1 & leat_up=$!\n"
            + "for i in $(seq 1 900); do\n"
            + "  if grep -q '"
            + ready
            + "' "
            + log
            + "; then break; fi\n"
            + "  if ! kill -0 $leat_up 2>/dev/null; then break; fi\n"
            + "  sleep 0.1\ndone\n"
            + "cat "
            + log
            + "\ngrep -q '"
            + ready
            + "' "
            + log);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(bash.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("the output cannot be read: " + e);
    }
    lines.add(END);
  }

  /** As the launcher script, without a look at the sources. */
  private static void writeLauncher(Path file) throws IOException {
    List<String> script = new ArrayList<>();
    script.add("#!/bin/sh");
    script.add("case ${1:-} in");
    for (String command : List.of("up", "demo", "backup", "restore", "convert")) {
      script.add(command + ") " + exec(command) + " ;;");
    }
    script.add("*) " + exec("status") + " ;;");
    script.add("esac");
    Files.write(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What all commands of the same kind begin with, and the arguments of the script. */
  private static String exec(String command) {
    List<String> words = Launch.command(command);
    return words.subList(0, words.size() - 1).stream()
        .map(word -> "'" + word + "'")
        .collect(Collectors.joining(" ", "exec ", " \"$@\""));
  }

  /** Ends what was started, politely at first. */
  @Override
  public void close() throws IOException {
    if (bash.isAlive()) {
      in.write("kill -TERM $(jobs -p) 2>/dev/null; wait; exit 0\n");
      in.close();
    }
    Files.deleteIfExists(folder.resolve("blueprints"));
    try {
      if (bash.waitFor(60, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    bash.descendants().forEach(ProcessHandle::destroyForcibly);
    bash.destroyForcibly();
  }
}
