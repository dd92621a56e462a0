package io.leat.files.place;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder. Parts are written into a hidden folder beside the output's, named for the attempt;
 * publishing renames that one, with its manifest, to the output's name, which fails if there is an
 * output. An attempt that takes over renames the folders of those before it first, so that they
 * have nothing left to publish.
 */
public final class FolderPlace implements OutputPlace {
  private static final String HIDDEN = ".leat-";
  private static final String TRASH = ".leat-trash-";

  private final Path root;
  private final long reserve;

  /**
   * @param root made when something is written
   * @param reserve bytes that have to stay free of its file system; 0: as its size suggests
   */
  public FolderPlace(Path root, long reserve) {
    this.root = root;
    this.reserve = reserve;
  }

  @Override
  public String destination(String below) {
    return root.resolve(below).normalize().toString();
  }

  @Override
  public Optional<byte[]> manifest(String destination) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(Path.of(destination).resolve(MANIFEST)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public Staging stage(String destination, String file, long fence, @Nullable Long from)
      throws IOException {
    Path output = Path.of(destination);
    Path parent = Durably.createDirectories(parent(output));
    Path mine = parent.resolve(HIDDEN + file + "-" + fence);
    if (from != null) {
      Path before = newest(parent, file, from, fence);
      if (before != null) {
        Files.move(before, mine, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    discard(parent, file, mine);
    Files.createDirectories(mine);
    Durably.force(parent);
    return new InFolder(mine, output, reserve);
  }

  /**
   * The parts of an attempt, under its number or that of whoever took them over and died before the
   * ledger knew; null when nobody has them.
   */
  private static @Nullable Path newest(Path parent, String file, long from, long fence)
      throws IOException {
    Path newest = null;
    long number = from - 1;
    String prefix = HIDDEN + file + "-";
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, prefix + "*")) {
      for (Path folder : folders) {
        long attempt = number(folder.getFileName().toString().substring(prefix.length()));
        if (attempt > number && attempt < fence && Files.isDirectory(folder)) {
          newest = folder;
          number = attempt;
        }
      }
    }
    return newest;
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1; // it is none of ours
    }
  }

  @Override
  public void clean(String destination, String file, byte @Nullable [] manifest)
      throws IOException {
    Path parent = parent(Path.of(destination));
    if (Files.isDirectory(parent)) {
      discard(parent, file, null);
    }
  }

  @Override
  public InputStream read(String destination, String part) throws IOException {
    return Files.newInputStream(Path.of(destination).resolve(part));
  }

  private static Path parent(Path output) {
    Path parent = output.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(output + " is no place for an output");
    }
    return parent;
  }

  /** Renamed first: whoever still writes there can publish nothing of it. */
  private static void discard(Path parent, String file, @Nullable Path but) throws IOException {
    List<Path> left = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, HIDDEN + file + "-*")) {
      for (Path folder : folders) {
        if (!folder.equals(but)) {
          Path trash = parent.resolve(TRASH + folder.getFileName().toString().substring(6));
          trash(folder, trash);
        }
      }
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, TRASH + file + "-*")) {
      folders.forEach(left::add);
    }
    for (Path folder : left) {
      delete(folder);
    }
  }

  private static void trash(Path folder, Path trash) throws IOException {
    try {
      Files.move(folder, trash, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // somebody else took it
    }
  }

  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (NoSuchFileException | DirectoryNotEmptyException e) {
      return; // somebody else is at it
    }
  }

  private static final class InFolder implements Staging {
    private final Path folder;
    private final Path output;
    private final long reserve;

    InFolder(Path folder, Path output, long reserve) {
      this.folder = folder;
      this.output = output;
      this.reserve = reserve;
    }

    @Override
    public PartFile part(String name) throws IOException {
      return new OnDisk(folder.resolve(name), new Reserve(folder, reserve));
    }

    @Override
    public InputStream read(String name) throws IOException {
      return Files.newInputStream(folder.resolve(name));
    }

    @Override
    public void keepOnly(Collection<String> names) throws IOException {
      Set<String> kept = Set.copyOf(names);
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          if (!kept.contains(file.getFileName().toString())) {
            Files.deleteIfExists(file);
          }
        }
      }
    }

    @Override
    public boolean publish(byte[] manifest) throws IOException {
      PartFile file = part(MANIFEST);
      file.write(ByteBuffer.wrap(manifest));
      file.complete();
      Durably.force(folder);
      try {
        Files.move(folder, output, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        throw e;
      } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
        return false;
      } catch (FileSystemException e) {
        if (Files.exists(output.resolve(MANIFEST))) {
          return false;
        }
        throw e;
      }
      Durably.force(parent(output));
      return true;
    }
  }

  private static final class OnDisk implements Staging.PartFile {
    private final Path path;
    private final Reserve reserve;
    private final FileChannel channel;

    OnDisk(Path path, Reserve reserve) throws IOException {
      this.path = path;
      this.reserve = reserve;
      this.channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      reserve.take(bytes.remaining());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void complete() throws IOException {
      try (channel) {
        channel.force(true);
      }
      Durably.force(parent(path));
    }

    @Override
    public void abort() {
      try (channel) {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // Its folder is removed by whoever takes over.
        return;
      }
    }
  }
}
