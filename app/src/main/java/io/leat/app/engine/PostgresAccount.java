package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL runs: it refuses to run as root, so root runs it in a user namespace of its
 * own or, where those are forbidden (most containers), as {@code nobody}.
 */
sealed interface PostgresAccount {
  /** The numeric id of {@code nobody} on Linux. */
  int NOBODY = 65_534;

  /** The command line that runs {@code command} as this account. */
  List<String> command(List<String> command);

  /** A command line whose process gets SIGINT (a fast stop) when the thread that began it ends. */
  List<String> boundCommand(List<String> command);

  /** Makes {@code path} and everything below it this account's. */
  void own(Path path) throws IOException;

  /** The user who runs this JVM. */
  record Self(boolean canBind) implements PostgresAccount {
    @Override
    public List<String> command(List<String> command) {
      return command;
    }

    @Override
    public List<String> boundCommand(List<String> command) {
      return canBind ? join(List.of("setpriv", "--pdeathsig", "INT", "--"), command) : command;
    }

    @Override
    public void own(Path path) {}
  }

  /** Root, but in a user namespace in which it is nobody. Files stay root's. */
  record Namespace(boolean canBind) implements PostgresAccount {
    @Override
    public List<String> command(List<String> command) {
      return join(List.of("unshare", "-U"), command);
    }

    @Override
    public List<String> boundCommand(List<String> command) {
      return canBind
          ? join(List.of("unshare", "-U", "setpriv", "--pdeathsig", "INT", "--"), command)
          : command(command);
    }

    @Override
    public void own(Path path) throws IOException {
      chown(path, 0);
    }
  }

  /** The user nobody, through root. Files are nobody's; directories above must let it pass. */
  record Nobody() implements PostgresAccount {
    private static final List<String> AS_NOBODY =
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");

    @Override
    public List<String> command(List<String> command) {
      return join(join(AS_NOBODY, List.of("--")), command);
    }

    @Override
    public List<String> boundCommand(List<String> command) {
      return join(join(AS_NOBODY, List.of("--pdeathsig", "INT", "--")), command);
    }

    @Override
    public void own(Path path) throws IOException {
      chown(path, NOBODY);
    }
  }

  /**
   * The first account that works here.
   *
   * @param data the data directory, which nobody must be able to enter
   * @throws LeatException {@link ErrorCode#STATE_UNAVAILABLE} naming what is missing
   */
  static PostgresAccount choose(Path data) throws IOException {
    boolean canBind = works(List.of("setpriv", "--pdeathsig", "INT", "--", "true"));
    if (!isRoot()) {
      return new Self(canBind);
    }
    if (works(List.of("unshare", "-U", "true"))) {
      return new Namespace(canBind);
    }
    return nobody(data);
  }

  /**
   * The command in a session of its own, where there is {@code setsid}: the terminal sends Ctrl-C
   * to every process of a session, and PostgreSQL has to outlive those that still write to it.
   */
  static List<String> inOwnSession(List<String> command) {
    return works(List.of("setsid", "true")) ? join(List.of("setsid"), command) : command;
  }

  /** The fallback for root where user namespaces are forbidden. */
  static PostgresAccount nobody(Path data) throws IOException {
    Nobody nobody = new Nobody();
    if (!works(nobody.command(List.of("true")))) {
      throw missing(
          "user namespaces are forbidden here ('unshare -U' fails), and 'setpriv' of util-linux"
              + " is missing or may not change the user");
    }
    letPass(data);
    Deque<Path> outermostFirst = new ArrayDeque<>();
    for (Path above = data; above != null; above = above.getParent()) {
      outermostFirst.push(above);
    }
    for (Path above : outermostFirst) {
      if (!works(nobody.command(List.of("test", "-x", above.toString())))) {
        throw missing(
            "user namespaces are forbidden here ('unshare -U' fails), and the user nobody may not"
                + " enter "
                + above
                + " (chmod o+x would let it)");
      }
    }
    return nobody;
  }

  private static LeatException missing(String what) {
    return new LeatException(
        ErrorCode.STATE_UNAVAILABLE,
        "PostgreSQL refuses to run as root, "
            + what
            + ". Run Leat as an ordinary user, move the data directory, or name an external"
            + " PostgreSQL in leat.yaml.");
  }

  private static boolean isRoot() throws IOException {
    Path self = Path.of("/proc/self");
    return Files.exists(self)
        ? Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"))
        : "root".equals(System.getProperty("user.name"));
  }

  private static void letPass(Path directory) throws IOException {
    Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(directory));
    if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
      Files.setPosixFilePermissions(directory, permissions);
    }
  }

  private static void chown(Path path, int uid) throws IOException {
    if (Integer.valueOf(uid)
        .equals(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /** Whether a short command succeeds; one that does not end within seconds does not. */
  private static boolean works(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(5, TimeUnit.SECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false; // the program is not installed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static List<String> join(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
