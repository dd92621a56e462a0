package io.leat.lake;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileInfo;
import org.jspecify.annotations.Nullable;

/**
 * Walks a directory lazily: it reads one directory at a time and holds no handle between calls, so
 * that an iterator left half used leaks nothing. Memory: the names of the directories on the way.
 */
final class LocalListing implements Iterator<FileInfo> {
  private final Deque<Path> pending = new ArrayDeque<>();
  private @Nullable FileInfo next;

  LocalListing(Path start) {
    pending.push(start);
    this.next = advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public FileInfo next() {
    FileInfo current = next;
    if (current == null) {
      throw new NoSuchElementException();
    }
    next = advance();
    return current;
  }

  private @Nullable FileInfo advance() {
    while (!pending.isEmpty()) {
      Path path = pending.pop();
      try {
        BasicFileAttributes attributes =
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isDirectory()) {
          pushChildren(path);
        } else if (attributes.isRegularFile()) {
          return new FileInfo(
              path.toString(), attributes.size(), attributes.lastModifiedTime().toMillis());
        }
      } catch (NoSuchFileException | NotDirectoryException e) {
        // Deleted since its parent was read: on to the next.
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot list %s", path);
      }
    }
    return null;
  }

  private void pushChildren(Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      children.forEach(pending::push);
    }
  }
}
