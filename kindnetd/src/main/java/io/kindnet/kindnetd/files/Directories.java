package io.kindnet.kindnetd.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Folders as wholes. */
public final class Directories {
  private Directories() {}

  /** Makes {@code folder} and those above it, for all to read; other things in the way go. */
  public static void make(Path folder) throws IOException {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    makeParent(folder);
    Files.deleteIfExists(folder);
    Files.createDirectory(folder);
    // the process's umask must not keep others from running the plugin
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes the folder that {@code path} is in. */
  public static void makeParent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      make(parent);
    }
  }

  /** Removes {@code path} and, if it is a folder, all that is in it. */
  public static void remove(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Removes {@code folder} if it is there and nothing is in it. */
  public static void removeIfEmpty(Path folder) throws IOException {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> entries = Files.list(folder)) {
        if (entries.findAny().isPresent()) {
          return;
        }
      }
      Files.delete(folder);
    }
  }

  /** Has the disk keep {@code path}, a file or the names in a folder. */
  public static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Has the disk keep {@code folder} and all that is in it. */
  public static void syncAll(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        sync(path);
      }
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }
}
